using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>One entry of the ledger.</summary>
public sealed record EntryView
{
    /// <summary>Its index.</summary>
    public required long Entry { get; init; }

    /// <summary>Statement type.</summary>
    public required string Type { get; init; }

    /// <summary>When, as its speaker says.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How it is proven.</summary>
    public required ProofView Proof { get; init; }

    /// <summary>The statement's exact text.</summary>
    public required string Statement { get; init; }

    /// <summary>SHA-256 of the statement, hex.</summary>
    public required string StatementDigest { get; init; }

    /// <summary>The decision; null for other types.</summary>
    public required DecisionRow? Decision { get; init; }

    /// <summary>The sealed request's action, as canonical text; null where there is none, the role may not see it, or it cannot be opened.</summary>
    public required string? Request { get; init; }

    /// <summary>The circumstances of the decision, as canonical text; null likewise.</summary>
    public required string? Context { get; init; }

    /// <summary>Why a decision refused, beside the code; null where nothing more is known.</summary>
    public required string? Detail { get; init; }

    /// <summary>Policies that determined the decision, as they stand now.</summary>
    public required ImmutableArray<PolicyView> Policies { get; init; }

    /// <summary>Ids of determining policies that are no longer in force with these.</summary>
    public required ImmutableArray<string> PastPolicies { get; init; }

    /// <summary>Digest of the snapshot that decided, hex; null for other types.</summary>
    public required string? Snapshot { get; init; }

    /// <summary>Whether that snapshot is in force now.</summary>
    public required bool IsSnapshotInForce { get; init; }

    /// <summary>The chain: what led here and what came of it, in order of the ledger.</summary>
    public required ImmutableArray<LinkView> Chain { get; init; }

    /// <summary>Entries of the ledger.</summary>
    public required long Entries { get; init; }
}
