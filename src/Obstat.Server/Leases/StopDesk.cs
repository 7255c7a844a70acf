using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Records;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Listeners;
using Obstat.Server.Sources;
using Obstat.Settings;
using Obstat.Storage;

namespace Obstat.Server.Leases;

/// <summary>
/// Revocation and the kill switch. A revocation is an entry first and an order then. A halt is the other way round: it acts, is spooled, is pushed, and only then tried on the ledger; without one it acts all the
/// same and the ledger is told later. Lifting takes the ledger and two people. Safe for concurrent use: the halts guard themselves, and no lock is held over an order or an entry.
/// </summary>
internal sealed class StopDesk : IDisposable
{
    private static readonly TimeSpan AcknowledgeTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LiftTime = TimeSpan.FromMinutes(10);

    private readonly Ledger _ledger;
    private readonly PlaneKeys _keys;
    private readonly ReadOnlyMemory<byte> _pepper;
    private readonly Snapshots _snapshots;
    private readonly LeaseDesk _leases;
    private readonly OrderBoard _orders;
    private readonly TimeProvider _clock;
    private readonly StandingHalts _halts;
    private readonly ConcurrentDictionary<string, (ImmutableSortedSet<string> Kids, DateTimeOffset Since)> _lifts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _merging = new(1, 1);
    private volatile bool _haltsAll;

    private StopDesk(Ledger ledger, PlaneKeys keys, ReadOnlyMemory<byte> pepper, Snapshots snapshots, LeaseDesk leases, OrderBoard orders, TimeProvider clock, StandingHalts halts)
        => (_ledger, _keys, _pepper, _snapshots, _leases, _orders, _clock, _halts) = (ledger, keys, pepper, snapshots, leases, orders, clock, halts);

    /// <summary>Unites what the spool holds with what the ledger holds. A spool that cannot be read halts everything: nobody knows what it said.</summary>
    public static StopDesk Open(InstallationPaths paths, Ledger ledger, PlaneKeys keys, ReadOnlyMemory<byte> pepper, Snapshots snapshots, LeaseDesk leases, OrderBoard orders, TimeProvider clock)
    {
        var halts = StandingHalts.Open(paths.StopSpool, out var read, out var isWhole);
        var desk = new StopDesk(ledger, keys, pepper, snapshots, leases, orders, clock, halts);
        foreach (var halt in read)
        {
            _ = orders.Issue(halt.IsLifted ? OrderKind.Lift : OrderKind.Halt, halt.Scope, halt.Reason, halt.By, halt.Id);
        }

        if (!isWhole)
        {
            desk.HaltAll();
        }

        return desk;
    }

    /// <summary>What is halted, with what only the ledger knows: that has no name here.</summary>
    public HaltsAnswer Standing => new(
        [.. _halts.All.OrderBy(h => h.IssuedAt).ThenBy(h => h.Id, StringComparer.Ordinal).Take(4096).Select(Shown)], _leases.Running.Length);

    /// <summary>Whether this scope itself is halted.</summary>
    public bool IsHalted(Scope scope)
        => _haltsAll || Holds(scope) || (scope.Kind == ScopeKind.All && Holds(new Scope(ScopeKind.Tenant, _ledger.Origin)));

    /// <summary>Whether the ledger holds this scope itself as revoked, be it in the snapshot in force or not yet.</summary>
    public bool IsRevoked(Scope scope) => _ledger.State.Revoked is { IsEmpty: false } revoked && revoked.Contains(StopTarget.Of(scope, _pepper.Span));

    public void Dispose()
    {
        _halts.Dispose();
        _merging.Dispose();
    }

    /// <summary>Somebody halts a scope.</summary>
    public Task<StopAnswer> HaltAsync(Scope scope, string reason, string by) => HaltedAsync(scope, reason, Person(by), Draws.Random128());

    /// <summary>The plane halts an enforcement point by itself: one operator may end that (<see cref="RearmAsync"/>).</summary>
    /// <param name="point">Id of the point.</param>
    /// <param name="reason">What was found.</param>
    /// <param name="by"><see cref="HaltShown.ByCanary"/> or <see cref="HaltShown.ByDrift"/>.</param>
    /// <param name="id">Id of the halt, where the point gave it; null draws one.</param>
    public Task<StopAnswer> HaltPointAsync(string point, string reason, string by, string? id = null) => HaltedAsync(new Scope(ScopeKind.EnforcementPoint, point), reason, by, id ?? Draws.Random128());

    private async Task<StopAnswer> HaltedAsync(Scope scope, string reason, string by, string id)
    {
        var halt = new StandingHalt(id, scope, reason, by, _clock.GetUtcNow().ToUnixTimeSeconds());
        _halts.Stand(halt);
        var stopping = _leases.Stop(scope, DenyReason.Halted, () => _orders.Issue(OrderKind.Halt, scope, reason, by, halt.Id));
        Spool(halt);
        var entry = await RecordAsync(halt);
        return new StopAnswer(halt.Id, entry, stopping.Length, await AcknowledgedAsync(stopping));
    }

    /// <summary>Revokes a scope: durable first, then ordered.</summary>
    public async Task<(StopAnswer? Answer, DenyReason Reason)> RevokeAsync(Scope scope, string reason, string by)
    {
        var (target, id) = (StopTarget.Of(scope, _pepper.Span), Draws.Random128());
        var appended = await _ledger.AppendAsync(
            Draft.OfPlane(place => Composition.Of(new RevocationStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Target = target,
                From = place.Time,
                Reason = reason,
                By = by,
                Order = id,
            })),
            CancellationToken.None);
        var (entry, refused) = appended.Match(e => ((long?)e.Index.Value, DenyReason.Undecided), r => (null, r));
        if (entry is null)
        {
            return (null, refused);
        }

        var stopping = _leases.Stop(scope, DenyReason.Revoked, () => _orders.Issue(OrderKind.Stop, scope, reason, by, id));
        // Until it is in force nothing is allowed: a decision under the snapshot of before is judged again, and refused if it still is.
        _ = await _snapshots.RevokedAsync(by);
        return (new StopAnswer(id, entry, stopping.Length, await AcknowledgedAsync(stopping)), DenyReason.Undecided);
    }

    /// <summary>One person wants a halt lifted; the second one's word does it.</summary>
    public async Task<Answer> LiftAsync(string compact)
    {
        var now = _clock.GetUtcNow();
        if (!TryHear(compact, OrderKind.Lift, "lift", now, out var order, out var signer, out var halt, out var refusal))
        {
            return refusal;
        }

        var (kids, _) = _lifts.AddOrUpdate(
            order.Id,
            _ => (ImmutableSortedSet.Create(StringComparer.Ordinal, signer.Kid), now),
            (_, was) => now - was.Since > LiftTime ? (ImmutableSortedSet.Create(StringComparer.Ordinal, signer.Kid), now) : (was.Kids.Add(signer.Kid), was.Since));
        if (kids.Count < HaltStatement.LiftersMin)
        {
            return Answer.Of(new LiftAnswer(null, [.. kids]));
        }

        var (entry, refused) = await EndAsync(halt, signer.Kid, [.. kids]);
        if (entry is null)
        {
            return Answer.Refused(503, refused, "the halt itself is not in the ledger yet, or the ledger does not write: no ledger, no lift");
        }

        _ = _lifts.TryRemove(order.Id, out _);
        _ = _orders.Issue(OrderKind.Lift, halt.Scope, order.Reason, signer.Kid, halt.Id);
        return Answer.Of(new LiftAnswer(entry, [.. kids]));
    }

    /// <summary>An operator arms a point again that a failed probe or a drift had halted. It serves when it proved anew that it is shut.</summary>
    public async Task<Answer> RearmAsync(string compact)
    {
        if (!TryHear(compact, OrderKind.Rearm, "rearm", _clock.GetUtcNow(), out var order, out var signer, out var halt, out var refusal))
        {
            return refusal;
        }

        if (!Shown(halt).IsOfPlane)
        {
            return Answer.Refused(409, DenyReason.Halted, "a person gave that halt: two people lift it");
        }

        var (entry, refused) = await EndAsync(halt, signer.Kid, [signer.Kid]);
        if (entry is not null)
        {
            _ = _orders.Issue(OrderKind.Rearm, halt.Scope, order.Reason, signer.Kid, halt.Id);
        }

        return entry is { } at ? Answer.Of(new LiftAnswer(at, [signer.Kid])) : Answer.Refused(503, refused, "no ledger, no rearm");
    }

    /// <summary>Whether a halt of that id stands or stood.</summary>
    public bool Knew(string id) => _halts.Knew(id);

    /// <summary>Takes halts that a point got from an operator while this plane was away.</summary>
    public async Task<Answer> HeldAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<HeldOrders>(body.Span, out var held, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        foreach (var compact in held.Orders)
        {
            if (Order.TryOpen(compact, TokenProfiles.OperatorOrder, JwsKeySet.Of(_keys.Operators), out var order, out var signer, out _) && order.Kind == OrderKind.Halt && !_halts.TryGet(order.Id, out _))
            {
                var halt = new StandingHalt(order.Id, order.Scope, order.Reason, Person(order.By, signer.Kid), order.IssuedAt);
                _halts.Stand(halt);
                _ = _leases.Stop(halt.Scope, DenyReason.Halted, () => _orders.Issue(OrderKind.Halt, halt.Scope, halt.Reason, halt.By, halt.Id));
                Spool(halt);
            }
        }

        await MergeAsync();
        return Answer.Of(new EntryAnswer(Math.Max(0, _ledger.State.Size - 1)));
    }

    /// <summary>Tells the ledger the halts that it does not have, each with the gap in which only the spool knew.</summary>
    public async Task MergeAsync()
    {
        if (_ledger.Failure is not null || _halts.All.All(h => Knows(h.Scope)) || !await _merging.WaitAsync(0))
        {
            return;
        }

        try
        {
            foreach (var halt in _halts.All.Where(h => !Knows(h.Scope)))
            {
                if (await RecordAsync(halt) is not null)
                {
                    _ = await _ledger.AppendAsync(GapDraft(halt), CancellationToken.None);
                }
            }
        }
        finally
        {
            _ = _merging.Release();
        }
    }

    // An operator's word of this minute about a halt in force.
    private bool TryHear(
        string compact, OrderKind kind, string word, DateTimeOffset now, [NotNullWhen(true)] out Order? order, [NotNullWhen(true)] out JwsKey? signer, [NotNullWhen(true)] out StandingHalt? halt, out Answer refusal)
    {
        (halt, refusal) = (null, default);
        if (!Order.TryOpen(compact, TokenProfiles.OperatorOrder, JwsKeySet.Of(_keys.Operators), out order, out signer, out _) || order.Kind != kind)
        {
            refusal = Answer.Refused(401, DenyReason.AssertionInvalid, $"expected a {word} that an operator's key signed");
        }
        else if (Math.Abs(now.ToUnixTimeSeconds() - order.IssuedAt) > 60)
        {
            refusal = Answer.Refused(401, DenyReason.AssertionInvalid, $"expected a {word} of this minute");
        }
        else if (!_halts.TryGet(order.Id, out halt) || halt.Scope != order.Scope)
        {
            refusal = Answer.Refused(404, DenyReason.Malformed, $"no halt {order.Id} of that scope is in force");
        }
        else
        {
            return true;
        }

        return false;
    }

    // The entry first. Where another halt of the same scope stands, that one goes on and the ledger has nothing to tell.
    private async Task<(long? Entry, DenyReason Refused)> EndAsync(StandingHalt halt, string by, ImmutableArray<string> approvals)
    {
        var target = StopTarget.Of(halt.Scope, _pepper.Span);
        var others = _halts.All.Any(h => h.Id != halt.Id && h.Scope == halt.Scope);
        if (!others && !_ledger.State.Halts.Contains(target))
        {
            return (null, DenyReason.LedgerUnavailable);
        }

        var (entry, refused) = others
            ? (_ledger.State.Size - 1, DenyReason.Undecided)
            : (await _ledger.AppendAsync(HaltDraft(target, by, approvals), CancellationToken.None)).Match(e => ((long?)e.Index.Value, DenyReason.Undecided), r => (null, r));
        if (entry is not null)
        {
            _halts.Fall(halt);
        }

        return (entry, refused);
    }

    private static async Task<int> AcknowledgedAsync(ImmutableArray<Task> stopping)
    {
        _ = await Task.WhenAny(Task.WhenAll(stopping), Task.Delay(AcknowledgeTime));
        return stopping.Count(t => t.IsCompleted);
    }

    private async Task<long?> RecordAsync(StandingHalt halt)
        => (await _ledger.AppendAsync(HaltDraft(StopTarget.Of(halt.Scope, _pepper.Span), halt.By, []), CancellationToken.None)).Match(e => (long?)e.Index.Value, _ => null);

    private static Draft HaltDraft(StopTarget target, string by, ImmutableArray<string> approvals) => Draft.OfPlane(place => Composition.Of(new HaltStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        IsLift = !approvals.IsEmpty,
        Scope = target,
        By = by,
        Approvals = approvals,
    }));

    private static Draft GapDraft(StandingHalt halt) => Draft.OfPlane(place => Composition.Of(new GapStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Kind = "ledger",
        From = Timestamp.FromUnixSeconds(halt.IssuedAt),
        To = place.Time,
        Ep = null,
        Ranges = [],
        Counts = ImmutableSortedDictionary<string, long>.Empty,
        Halts = [halt.Id],
        Why = "halted while the ledger was not written",
    }));

    // Nobody speaks for the plane's own halts, which one person may end: whoever bears such a name is a person.
    private static string Person(string by, string? kid = null) => by is not (HaltShown.ByCanary or HaltShown.ByDrift) ? by : kid is null ? "person:" + by : "operator:" + kid;

    private HaltShown Shown(StandingHalt halt) => new(halt.Id, halt.Scope, halt.Reason, halt.By, halt.IssuedAt, Knows(halt.Scope));

    private bool Holds(Scope scope) => _halts.Holds(scope) || Knows(scope);

    private bool Knows(Scope scope) => _ledger.State.Halts is { IsEmpty: false } halts && halts.Contains(StopTarget.Of(scope, _pepper.Span));

    private void Spool(StandingHalt halt)
    {
        if (!_halts.TrySpool(halt))
        {
            HaltAll();
        }
    }

    // What cannot be remembered is widened: this process serves nothing until an operator has looked.
    private void HaltAll()
    {
        _haltsAll = true;
        _ = _leases.Stop(Scope.All, DenyReason.Halted, () => _orders.Issue(OrderKind.Halt, Scope.All, "the stop spool cannot be relied on", Order.Plane, Draws.Random128()));
    }
}
