using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>What a point knows when it verifies a permit. Immutable; replaced as a whole when something of it changes.</summary>
public sealed record PointView
{
    /// <summary>Itself, in this boot.</summary>
    public required PointBoot Me { get; init; }

    /// <summary>The plane's keys, verified under the pinned root.</summary>
    public required PlaneKeySet Keys { get; init; }

    /// <summary>Verifies heads under the pinned head key.</summary>
    public required HeadVerifier Heads { get; init; }

    /// <summary>Obligations that this door declared and can do.</summary>
    public required ImmutableHashSet<string> Obligations { get; init; }

    /// <summary>Steady time at which the newest believed answer of the plane was asked for.</summary>
    public required TimeSpan Heard { get; init; }

    /// <summary>How long the plane may be silent.</summary>
    public required TimeSpan SilenceMax { get; init; }

    /// <summary>The snapshot that the plane told at registration.</summary>
    public Digest Snapshot { get; init; }

    /// <summary>How long one ask may take.</summary>
    public TimeSpan AskTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Steady time from which the point registers again for fresh keys: half of their life, at least 10 minutes.</summary>
    public TimeSpan RenewAt { get; init; } = TimeSpan.MaxValue;
}
