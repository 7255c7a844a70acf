using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What is in force, and what came before.</summary>
public sealed record PoliciesView
{
    /// <summary>Null: the set decides. Otherwise the code with which everything is refused.</summary>
    public required string? Refusing { get; init; }

    /// <summary>Digest of the snapshot in force, hex; null: none decides.</summary>
    public required string? Snapshot { get; init; }

    /// <summary>Digest of the policies and settings, hex; null: none decides.</summary>
    public required string? Digest { get; init; }

    /// <summary>The policies, by file and line.</summary>
    public required ImmutableArray<PolicyView> Policies { get; init; }

    /// <summary>The files that they stand in.</summary>
    public required ImmutableArray<PolicyFileView> Files { get; init; }

    /// <summary>What was found in the set in force: warnings.</summary>
    public required ImmutableArray<FindingView> Findings { get; init; }

    /// <summary>What was found in the last set that was read and not taken; empty when the last one was.</summary>
    public required ImmutableArray<FindingView> Rejected { get; init; }

    /// <summary>Activations, newest first, at most 50.</summary>
    public required ImmutableArray<ActivationView> History { get; init; }
}
