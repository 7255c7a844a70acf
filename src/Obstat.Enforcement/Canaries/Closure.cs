using Obstat.Proof;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Canaries;

/// <summary>What the probes of one boot showed. Immutable. Steady times.</summary>
/// <param name="Boot">The boot.</param>
internal sealed record Closure(string Boot)
{
    /// <summary>When the first forbidden probe was refused and recorded; null: the boot is not armed.</summary>
    public TimeSpan? ArmedAt { get; init; }

    /// <summary>When the forbidden probe was refused last; null: what was refused did not get into the ledger.</summary>
    public TimeSpan? ClosedAt { get; init; }

    /// <summary>When the permitted probe passed last, and every altered permit was refused.</summary>
    public TimeSpan? AllowedAt { get; init; }

    /// <summary>Why the permitted probe was refused last; <see cref="DenyReason.Undecided"/> where it passed last.</summary>
    public DenyReason Refusing { get; init; }

    /// <summary>Why the boot is not armed.</summary>
    public DenyReason Unarmed { get; init; } = DenyReason.PlaneUnavailable;

    /// <summary>The snapshot by which the last recorded probe was decided.</summary>
    public Digest? Snapshot { get; init; }
}
