using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What everybody may know of the plane.</summary>
public sealed record PublicStateView
{
    /// <summary>The time of the answer, by the plane's clock, to the second.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Origin of the ledger.</summary>
    public required string Origin { get; init; }

    /// <summary>The log's public key.</summary>
    public required string LogKey { get; init; }

    /// <summary>What probes show; null where no probe told anything.</summary>
    public required PublicProvedView? Proved { get; init; }

    /// <summary>Whether it serves. Why it does not is not told here.</summary>
    public required bool IsServing { get; init; }

    /// <summary>Whether something in the ledger's file is not what was signed.</summary>
    public required bool IsDamaged { get; init; }

    /// <summary>Size of the newest published head: nothing beyond it is told here.</summary>
    public required long Size { get; init; }

    /// <summary>Root of that head, hex; null before the first.</summary>
    public required string? Root { get; init; }

    /// <summary>Published heads, newest first, at most 20.</summary>
    public required ImmutableArray<PublicHeadView> Heads { get; init; }

    /// <summary>The newest stretches in which something was not recorded, at most 20.</summary>
    public required ImmutableArray<PublicGapView> Gaps { get; init; }

    /// <summary>Allows that were closed without an outcome.</summary>
    public required long Orphans { get; init; }
}
