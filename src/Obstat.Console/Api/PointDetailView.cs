using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>One enforcement point, with what it said of itself.</summary>
public sealed record PointDetailView
{
    /// <summary>The point.</summary>
    public required PointView Point { get; init; }

    /// <summary>When it registered this boot, as the plane says.</summary>
    public required DateTimeOffset Registered { get; init; }

    /// <summary>Digest of its program when it registered, hex.</summary>
    public required string RegisteredBuild { get; init; }

    /// <summary>Digest of its configuration when it registered, hex; null: it registered with an earlier start of the plane.</summary>
    public required string? RegisteredConfig { get; init; }

    /// <summary>Digest of the snapshot in force at the plane, hex; null: none decides.</summary>
    public required string? SnapshotInForce { get; init; }

    /// <summary>The highest fencing epoch that it saw; null: it said nothing yet.</summary>
    public required long? Epoch { get; init; }

    /// <summary>The last order that it applied; null likewise.</summary>
    public required long? OrdersHead { get; init; }

    /// <summary>Ids of the halts in force there, as it says.</summary>
    public required ImmutableArray<string> Halts { get; init; }

    /// <summary>Within how many milliseconds it stops what runs, by class of stop, as it measured.</summary>
    public required ImmutableSortedDictionary<string, double> StopMs { get; init; }

    /// <summary>What it enforces by, as it signed it: a compact token under the key of its registration; null: it said nothing yet.</summary>
    public required string? Effective { get; init; }

    /// <summary>Decisions and how long they took, in the last five minutes, oldest first, 10 s each.</summary>
    public required ImmutableArray<LatencyView> Latencies { get; init; }

    /// <summary>Refusals within the last hour by reason code, most first.</summary>
    public required ImmutableArray<FacetValueView> Refused { get; init; }

    /// <summary>Its newest decisions, at most 10.</summary>
    public required ImmutableArray<DecisionRow> Newest { get; init; }

    /// <summary>Its newest probes that have an entry, at most 10.</summary>
    public required ImmutableArray<LinkView> Probes { get; init; }

    /// <summary>Its registrations, newest first, at most 10.</summary>
    public required ImmutableArray<LinkView> Boots { get; init; }
}
