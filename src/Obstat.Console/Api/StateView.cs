using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>How the plane is, and who asks: what stands on every page.</summary>
public sealed record StateView
{
    /// <summary>Who asks.</summary>
    public required SessionView Me { get; init; }

    /// <summary>The time of the answer, by the plane's clock.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string Tenant { get; init; }

    /// <summary>Origin of the ledger.</summary>
    public required string Origin { get; init; }

    /// <summary>The log's public key.</summary>
    public required string LogKey { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>When this plane started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Null: it serves. Otherwise the code that every ask is refused with now.</summary>
    public required string? Refusing { get; init; }

    /// <summary>What is known of it beside the code; null where nothing is.</summary>
    public required string? Detail { get; init; }

    /// <summary>Entries of the ledger.</summary>
    public required long Entries { get; init; }

    /// <summary>Entries that the derived index has read.</summary>
    public required long Indexed { get; init; }

    /// <summary>Why the index reads no further; null while all is well.</summary>
    public required string? IndexFailure { get; init; }

    /// <summary>Digest of the snapshot in force; null: none decides.</summary>
    public required string? Snapshot { get; init; }

    /// <summary>Policies in force.</summary>
    public required int Policies { get; init; }

    /// <summary>Enforcement points registered with this start.</summary>
    public required int Points { get; init; }

    /// <summary>Executions that run under a lease.</summary>
    public required int Leases { get; init; }

    /// <summary>Whether a demo runs on this plane.</summary>
    public required bool HasDemo { get; init; }

    /// <summary>What is halted.</summary>
    public required ImmutableArray<HaltView> Halts { get; init; }

    /// <summary>What probes show; null where no probe runs.</summary>
    public required ProvedView? Proved { get; init; }

    /// <summary>What is not as it should be, worst first; empty while all is well.</summary>
    public ImmutableArray<TroubleView> Troubles { get; init; } = [];
}
