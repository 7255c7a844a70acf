using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;

namespace Obstat.Enforcement;

/// <summary>
/// Leave for one execution of one action, in time. Whatever causes or releases an effect takes one and nothing else; its one maker is <see cref="Verifier"/>.
/// </summary>
public sealed partial class Admission
{
    private readonly IPointClock _clock;
    private readonly ClockWatch _watch;
    private readonly StopLatch _latch;
    private readonly TimeSpan _deadline;
    private int _begun;
    private int _closed;

    private Admission(CanonicalAction action, PermitClaims permit, VerifiedReceipt entry, PresentedPermit presented, IPointClock clock, ClockWatch watch, StopLatch latch)
    {
        (Action, Permit, Presented, Entry, StatementDigest) = (action, permit, presented, entry.Index, entry.StatementDigest);
        (Origin, _clock, _watch, _latch) = (entry.Head.Origin, clock, watch, latch);
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

    /// <summary>Origin of the ledger that holds it.</summary>
    public string Origin { get; }

    /// <summary>Id of this execution.</summary>
    public string Execution => Permit.Exe;

    /// <summary>The permit's end. What is not begun by then never begins; a response stream is cut then.</summary>
    public DateTimeOffset NotAfter { get; }

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

        Step();
    }

    /// <summary>Asks the latch and the clocks: called immediately before every effect and every chunk forwarded.</summary>
    /// <exception cref="Stopped">The point was stopped, its clock stepped, or the permit's time is over (<see cref="DenyReason.Late"/>).</exception>
    public void Step()
    {
        if (_latch.HasFallen)
        {
            throw new Stopped(_latch.Reason);
        }

        if (!_watch.IsSane())
        {
            throw new Stopped(DenyReason.ClockUntrusted);
        }

        if (_clock.Steady >= _deadline || _clock.Wall >= NotAfter)
        {
            throw new Stopped(DenyReason.Late);
        }
    }

    /// <summary>Whether the evidence of this execution is closed now, by this call: once.</summary>
    internal bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;
}
