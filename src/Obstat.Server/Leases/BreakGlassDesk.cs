using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Listeners;
using Obstat.Server.Sources;

namespace Obstat.Server.Leases;

/// <summary>
/// Break-glass: permits that two people put in force for at most an hour. They walk the same way as all others: recorded before they decide, no ledger, no break-glass; a start of the plane does not know them.
/// Safe for concurrent use.
/// </summary>
internal sealed class BreakGlassDesk(Snapshots snapshots, PlaneKeys keys, string origin, TimeProvider clock, ILogger logger)
{
    private const int PeopleMin = 2;
    private const int WaitingMax = 64;
    private static readonly TimeSpan AgreeTime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<Digest, (ImmutableSortedSet<string> Kids, DateTimeOffset Since)> _waiting = new();

    /// <summary>When what is in force ends; null where nothing is.</summary>
    public DateTimeOffset? Until => snapshots.Emergency?.Until;

    /// <summary>Takes one person's word.</summary>
    public async Task<Answer> TakeAsync(BreakGlassRequest request)
    {
        var now = clock.GetUtcNow();
        if (!OperatorCommand.TryVerify(request.Command, JwsKeySet.Of(keys.Operators), now.ToUnixTimeSeconds(), out var command, out var signer, out var refusal))
        {
            return Answer.Refused(401, DenyReason.AssertionInvalid, $"expected a command that an operator's key signed within the last minute: {refusal.Detail}");
        }

        var arguments = BreakGlassRequest.ArgumentsOf(request.Policies, request.Reason);
        if (command.Verb != BreakGlassRequest.Verb || command.Aud != origin || command.Arguments != arguments)
        {
            return Answer.Refused(401, DenyReason.AssertionInvalid, "expected a signature over these policies and this reason, for this plane");
        }

        if (request.Policies is null)
        {
            return Until is null ? Answer.Refused(404, DenyReason.Malformed, "no break-glass is in force") : Told(await snapshots.EndEmergencyAsync(signer.Kid, request.Reason), [signer.Kid]);
        }

        if (!EmergencyLaw.TryRead(request.Policies, now, out var law, out var error))
        {
            return Answer.Refused(400, DenyReason.PolicyInvalid, error);
        }

        foreach (var (old, (_, since)) in _waiting)
        {
            _ = now - since > AgreeTime && _waiting.TryRemove(old, out _);
        }

        if (_waiting.Count >= WaitingMax && !_waiting.ContainsKey(arguments))
        {
            return Answer.Refused(503, DenyReason.Late, "too many wait for a second person");
        }

        var (kids, _) = _waiting.AddOrUpdate(arguments, _ => (ImmutableSortedSet.Create(StringComparer.Ordinal, signer.Kid), now), (_, was) => (was.Kids.Add(signer.Kid), was.Since));
        if (kids.Count < PeopleMin)
        {
            return Answer.Of(new BreakGlassAnswer(null, [.. kids], Timestamp.From(law.Until).ToString()));
        }

        _ = _waiting.TryRemove(arguments, out _);
        var done = await snapshots.EmergencyAsync(law, string.Join(' ', kids), request.Reason);
        if (done.Reason is null)
        {
            Log.BreakGlass(logger, string.Join(' ', kids), Timestamp.From(law.Until).ToString(), done.Entry ?? 0);
        }

        return Told(done, [.. kids]);
    }

    /// <summary>What reached its end is taken out of force, and recorded.</summary>
    public async Task SweepAsync()
    {
        if (Until is { } until && clock.GetUtcNow() >= until)
        {
            _ = await snapshots.EndEmergencyAsync("plane", "its time is over");
        }
    }

    private Answer Told(Activation done, ImmutableArray<string> kids) => done is { Entry: null, Reason: { } reason }
        ? Answer.Refused(reason == DenyReason.PolicyInvalid ? 400 : 503, reason, done.Findings.FirstOrDefault(f => f.Refuses)?.ToString() ?? "it was not recorded, so it is not in force")
        : Answer.Of(new BreakGlassAnswer(done.Entry, kids, Until is { } until ? Timestamp.From(until).ToString() : null));
}
