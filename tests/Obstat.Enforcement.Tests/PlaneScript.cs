using System.Collections.Concurrent;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>What a test asks of a fake plane, and what it sees of it.</summary>
/// <param name="clock">The plane's clock.</param>
public abstract class PlaneScript(IPointClock clock)
{
    public IPointClock Clock { get; } = clock;

    public PlaneFault Fault { get; set; }

    /// <summary>Applies the fault to registrations too.</summary>
    public bool FaultsRegistrations { get; set; }

    /// <summary>The limit of an ask that it tells points, in ms.</summary>
    public int AskMs { get; set; } = 5000;

    /// <summary>Refuses outcomes with 503 while set.</summary>
    public bool RefusesReports { get; set; }

    /// <summary>Seconds of a lease.</summary>
    public int Ttl { get; set; } = 2;

    /// <summary>What it does to beats instead of answering rightly.</summary>
    public BeatFault Beats { get; set; }

    /// <summary>Orders are signed by a key that no root named.</summary>
    public bool OrdersAreForged { get; set; }

    /// <summary>What it does to probes instead of answering rightly.</summary>
    public ProbeFault Probes { get; set; }

    /// <summary>How often a point is told to probe itself.</summary>
    public long ProbeMs { get; set; } = 3_600_000;

    /// <summary>The snapshot that it decides by and publishes.</summary>
    public Digest Snapshot { get; set; } = Digest.Of("s"u8);

    /// <summary>Tells points the entry that announces the new head key.</summary>
    public bool TellsRotation { get; set; } = true;

    public ConcurrentQueue<(string Path, string Body)> Requests { get; } = new();

    public ConcurrentQueue<PointRegistration> Registrations { get; } = new();

    public ConcurrentQueue<AskRequest> Asks { get; } = new();

    public ConcurrentQueue<LeaseOpenRequest> Opened { get; } = new();

    public ConcurrentQueue<BeatRequest> BeatsSeen { get; } = new();

    public ConcurrentQueue<ClosedLease> Closed { get; } = new();

    public ConcurrentQueue<OutcomeStatement> Outcomes { get; } = new();

    public ConcurrentQueue<CoverageStatement> Coverages { get; } = new();

    public ConcurrentQueue<RefusalsReport> Refusals { get; } = new();

    /// <summary>Effective-policy statements, verified under the report key of their boot.</summary>
    public ConcurrentQueue<EffectivePolicy> Said { get; } = new();

    /// <summary>Probes that failed, as points told them.</summary>
    public ConcurrentQueue<CanaryFailed> FailedProbes { get; } = new();
}
