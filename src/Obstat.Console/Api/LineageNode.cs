using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>An execution among those that belong together.</summary>
public sealed record LineageNode
{
    /// <summary>Its id.</summary>
    public required string Execution { get; init; }

    /// <summary>The execution that it names as its parent, from the signed entry; null where it began it all.</summary>
    public required string? Parent { get; init; }

    /// <summary>Its first decision.</summary>
    public required DecisionRow Decision { get; init; }

    /// <summary>Policies that determined it.</summary>
    public required ImmutableArray<string> Policies { get; init; }

    /// <summary>When the effect began, as its point says; null where unknown.</summary>
    public required DateTimeOffset? Started { get; init; }

    /// <summary>When it ended, as its point says; null where unknown.</summary>
    public required DateTimeOffset? Ended { get; init; }

    /// <summary>What else the ledger has of it, in order: later decisions, lease events, outcome, orphan entry.</summary>
    public required ImmutableArray<LinkView> Events { get; init; }
}
