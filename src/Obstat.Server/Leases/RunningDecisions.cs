using System.Collections.Concurrent;
using Obstat.Core.Decisions;
using Obstat.Core.Leases;
using Obstat.Proof.Reasons;
using Obstat.Server.Sources;

namespace Obstat.Server.Leases;

/// <summary>
/// The executions that run under leases, each with its newest decision, so that it can be decided again. A decision again that errs, or takes more than 250 ms, is a denial. Safe for concurrent use.
/// </summary>
internal sealed class RunningDecisions(Snapshots snapshots, TimeProvider clock)
{
    /// <summary>How long one decision may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Running> _byLease = new(StringComparer.Ordinal);

    /// <summary>The leases of what runs.</summary>
    public ICollection<string> Leases => _byLease.Keys;

    /// <summary>An execution was allowed.</summary>
    public void Add(string lease, string jti, Decided decided) => _byLease[lease] = new Running(jti, decided, decided.Now);

    /// <summary>It is over.</summary>
    public void Remove(string lease) => _ = _byLease.TryRemove(lease, out _);

    /// <summary>Decides one again if something moved that its decision read. Null: nothing did, or nothing but time, and it goes on.</summary>
    public DecidedAgain? Again(string lease)
    {
        var (current, now) = (snapshots.Current, clock.GetUtcNow());
        if (!_byLease.TryGetValue(lease, out var running) || !ReDecision.IsDue(running.Last, current.Snapshot, current.Freshness, now))
        {
            return null;
        }

        var began = clock.GetTimestamp();
        Decided next;
        try
        {
            next = ReDecision.Decide(running.Last, current.Snapshot, current.Freshness, now, now - running.Since);
        }
#pragma warning disable CA1031 // What cannot be decided again is not allowed any more.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new DecidedAgain(running.Jti, DenyReason.Fault, null);
        }

        if (!next.Decision.IsAllowed)
        {
            return new DecidedAgain(running.Jti, next.Decision.Reason, null);
        }

        if (clock.GetElapsedTime(began) > Patience)
        {
            return new DecidedAgain(running.Jti, DenyReason.Late, null);
        }

        // Whoever else decided it meanwhile says the same, or under a newer snapshot, which comes again.
        var isFirst = _byLease.TryUpdate(lease, running with { Last = next }, running);
        return isFirst && ReDecision.HasMoved(running.Last, current.Snapshot) ? new DecidedAgain(running.Jti, null, current.Snapshot.Digest) : null;
    }

    private sealed record Running(string Jti, Decided Last, DateTimeOffset Since);
}
