using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>The ledger.</summary>
public sealed record LedgerView
{
    /// <summary>Entries.</summary>
    public required long Entries { get; init; }

    /// <summary>Size of the newest signed head; null before the first.</summary>
    public required long? HeadSize { get; init; }

    /// <summary>Root of that head, hex.</summary>
    public required string? Root { get; init; }

    /// <summary>The signed head as it is published.</summary>
    public required string? Head { get; init; }

    /// <summary>Entries that the derived index has read.</summary>
    public required long Indexed { get; init; }

    /// <summary>Why nothing is appended any more; null while all is well.</summary>
    public required string? Failure { get; init; }

    /// <summary>Allows without an outcome.</summary>
    public required long Running { get; init; }

    /// <summary>Allows that were closed without one.</summary>
    public required long Orphans { get; init; }

    /// <summary>Stretches in which something was not recorded.</summary>
    public required long Gaps { get; init; }

    /// <summary>The newest orphan entries, at most 20.</summary>
    public required ImmutableArray<LinkView> Orphaned { get; init; }

    /// <summary>The newest gap entries, at most 20.</summary>
    public required ImmutableArray<LinkView> GapEntries { get; init; }

    /// <summary>Announced keys, newest first, at most 20.</summary>
    public required ImmutableArray<KeySetView> KeySets { get; init; }

    /// <summary>The newest entries below <c>after</c>, of every type.</summary>
    public required ImmutableArray<LinkView> Newest { get; init; }

    /// <summary>The <c>after</c> of the next page; null at the end.</summary>
    public required long? Next { get; init; }
}
