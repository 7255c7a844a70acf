using Obstat.Enforcement.Leases;
using Obstat.Proof.Dsse;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>
/// One boot of a point: its id, its two keys, its numbers, what it used. Everything of it is in memory, so after a crash no permit of it can ever run.
/// A clock that stepped ends the boot and another begins.
/// </summary>
internal sealed class PointSession : IDisposable
{
    private readonly SingleUse _permits = new();
    private readonly SingleUse _proofs = new();
    private readonly PointStops _stops;
    private long _seq;
    private PointView? _view;

    public PointSession(string pointId, IPointClock clock, PointMemory before, PointStops stops, StopTimes times)
    {
        (Previous, _stops) = (before.Last, stops);
        Me = new PointBoot(pointId, Random128.Next());
        Report = SigningKey.Create(KeyRole.Report);
        Instance = SigningKey.Create(KeyRole.Instance);
        ReportSigner = Report.ToStatementSigner();
        Watch = new ClockWatch(clock);
        Replies = new ReplyMemory(before.Seen);
        Leases = new LeaseTable(Me, times);
        _ = Leases.TakesEpoch(before.Epoch);
        Verifier = new Admission.Verifier(clock, Watch, Latch, _permits, _proofs, stops, Leases);
        Holder = Possession.OfThisProcess(Instance.Public.ThumbprintDigest);
    }

    public PointBoot Me { get; }

    /// <summary>The boot before, as far as the point remembers.</summary>
    public PreviousBoot? Previous { get; }

    /// <summary>What the next boot must know.</summary>
    public PointMemory Memory => new(new PreviousBoot(Me.Boot, LastSeq), Replies.Seen, Leases.Epoch);

    public SigningKey Report { get; }

    public StatementSigner ReportSigner { get; }

    public SigningKey Instance { get; }

    public ClockWatch Watch { get; }

    public StopLatch Latch { get; } = new();

    public ReplyMemory Replies { get; }

    public RefusalCounter Refusals { get; } = new();

    /// <summary>The leases of this boot.</summary>
    public LeaseTable Leases { get; }

    public Admission.Verifier Verifier { get; }

    public Possession Holder { get; }

    /// <summary>What the point knows; null while it is not registered.</summary>
    public PointView? View
    {
        get => Volatile.Read(ref _view);
        set => Volatile.Write(ref _view, value);
    }

    /// <summary>Why the point is not registered.</summary>
    public DenyReason Unregistered { get; set; } = DenyReason.PlaneUnavailable;

    /// <summary>The same verifier under other clocks, to show what it does at another time.</summary>
    public Admission.Verifier VerifierBy(IPointClock clock) => new(clock, new ClockWatch(clock), Latch, _permits, _proofs, _stops, Leases);

    /// <summary>Whether the point pinned another log than the one that this boot belongs to, as one that goes on from it or by a new enrolment: another boot is to begin.</summary>
    public bool LogChanged { get; set; }

    /// <summary>The last number used.</summary>
    public long LastSeq => Volatile.Read(ref _seq);

    /// <summary>The next number: everything said to the plane has one.</summary>
    public long NextSeq() => Interlocked.Increment(ref _seq);

    public void Dispose() => ReportSigner.Dispose();
}
