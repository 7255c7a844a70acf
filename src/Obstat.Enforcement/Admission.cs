using System.Collections.Immutable;
using Obstat.Enforcement.Leases;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>
/// Leave for one execution of one action, in time. Whatever causes or releases an effect takes one and nothing else; its one maker is <see cref="Verifier"/>.
/// </summary>
public sealed partial class Admission
{
    private readonly IPointClock _clock;
    private readonly ClockWatch _watch;
    private readonly StopLatch _latch;
    private readonly PointStops _stops;
    private readonly ImmutableArray<Scope> _scopes;
    private readonly TimeSpan _deadline;
    private int _stopsSeen;
    private int _stopped;
    private long _lastStep;
    private int _begun;
    private int _closed;
    private long _stoppedAt = long.MinValue;

    private Admission(CanonicalAction action, PermitClaims permit, VerifiedReceipt entry, PresentedPermit presented, Verifier verifier, ImmutableArray<Scope> scopes, HeldLease? lease, int stopsSeen)
    {
        (Action, Permit, Presented, Proven, Entry, StatementDigest) = (action, permit, presented, entry, entry.Index, entry.StatementDigest);
        Probes = (entry.Statement as DecisionStatement)?.Canary;
        (Origin, _clock, _watch, _latch, _stops) = (entry.Head.Origin, verifier.Clock, verifier.Watch, verifier.Latch, verifier.Stops);
        (_scopes, Lease, _stopsSeen) = (scopes, lease, stopsSeen);
        var clock = verifier.Clock;
        NotAfter = DateTimeOffset.FromUnixTimeSeconds(permit.Expires);
        _deadline = clock.Steady + (NotAfter - clock.Wall);
    }

    /// <summary>The action: forward exactly this.</summary>
    public CanonicalAction Action { get; }

    /// <summary>What the permit says.</summary>
    public PermitClaims Permit { get; }

    /// <summary>Permit and receipt as they came, for executors that verify them too.</summary>
    public PresentedPermit Presented { get; }

    /// <summary>Index of the decision entry.</summary>
    public long Entry { get; }

    /// <summary>SHA-256 of the decision statement.</summary>
    public Digest StatementDigest { get; }

    /// <summary>The receipt, as it was verified.</summary>
    internal VerifiedReceipt Proven { get; }

    /// <summary>The probes that its entry stands for; null where it is none.</summary>
    internal CanaryFacts? Probes { get; }

    /// <summary>Origin of the ledger that holds it.</summary>
    public string Origin { get; }

    /// <summary>Id of this execution.</summary>
    public string Execution => Permit.Exe;

    /// <summary>The permit's end. What is not begun by then never begins; without a lease, a response stream is cut then.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>The lease under which it runs beyond the permit's end; null for one request and one response.</summary>
    public HeldLease? Lease { get; }

    /// <summary>When it was last allowed to have an effect; null before the first.</summary>
    internal DateTimeOffset? LastStep => Volatile.Read(ref _lastStep) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>
    /// Begins the execution: called once, immediately before the first effect. A second call throws, so nothing is dispatched twice under one permit.
    /// </summary>
    /// <exception cref="Stopped"><see cref="DenyReason.PermitReplayed"/> when it was begun before, <see cref="DenyReason.Late"/> when its time is over, or as <see cref="Step"/>.</exception>
    public void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            throw new Stopped(DenyReason.PermitReplayed);
        }

        if (_clock.Steady >= _deadline || _clock.Wall >= NotAfter)
        {
            throw new Stopped(DenyReason.Late);
        }

        Step();
    }

    /// <summary>Asks the latches, the lease and the clocks: called immediately before every effect and every chunk forwarded. Takes no lock.</summary>
    /// <exception cref="Stopped">The point or this execution was stopped, its clock stepped, or its time is over (<see cref="DenyReason.PlaneUnavailable"/> of a lease, <see cref="DenyReason.Late"/> of a permit).</exception>
    public void Step()
    {
        if (_latch.HasFallen)
        {
            throw new Stopped(_latch.Reason);
        }

        var (steady, wall) = (_clock.Steady, _clock.Wall);
        if (!_watch.IsSane(steady, wall))
        {
            throw new Stopped(DenyReason.ClockUntrusted);
        }

        if (Lease is not null ? Lease.Check(steady, wall) is var reason and not DenyReason.Undecided : IsOver(steady, wall, out reason))
        {
            throw new Stopped(reason);
        }

        if (_stops.Version != Volatile.Read(ref _stopsSeen))
        {
            LookAgain(steady);
        }

        Volatile.Write(ref _lastStep, wall.UtcTicks);
    }

    /// <summary>Steady time at which nothing of it went to anybody any more; null before.</summary>
    internal TimeSpan? StoppedAt => Interlocked.Read(ref _stoppedAt) is var ticks and > long.MinValue ? new TimeSpan(ticks) : null;

    /// <summary>Whether it is over now, by this call: once.</summary>
    internal bool TryStop(TimeSpan now) => Interlocked.CompareExchange(ref _stoppedAt, now.Ticks, long.MinValue) == long.MinValue;

    /// <summary>Whether the evidence of this execution is closed now, by this call: once.</summary>
    internal bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;

    private bool IsOver(TimeSpan steady, DateTimeOffset wall, out DenyReason reason)
    {
        reason = (DenyReason)Volatile.Read(ref _stopped);
        reason = reason == DenyReason.Undecided && (steady >= _deadline || wall >= NotAfter) ? DenyReason.Late : reason;
        return reason != DenyReason.Undecided;
    }

    // Orders are rare and asked for by their number alone; only when one came is it looked at whom it is about.
    private void LookAgain(TimeSpan steady)
    {
        var version = _stops.Version;
        if (_stops.Find(_scopes) is { } reason)
        {
            _ = Interlocked.CompareExchange(ref _stopped, (int)reason, (int)DenyReason.Undecided);
            Lease?.End(reason, "order", steady, steady);
            throw new Stopped(reason);
        }

        Volatile.Write(ref _stopsSeen, version);
    }
}
