using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>An enforcement point.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>gateway</c> ..</param>
/// <param name="Boot">This start of it.</param>
/// <param name="Entry">Where it registered.</param>
/// <param name="IsConnected">Whether it registered with this start of the plane; otherwise it is away, and refuses.</param>
/// <param name="HeardSeconds">Seconds since its last word; null where it is away.</param>
/// <param name="Open">Permits without an outcome.</param>
/// <param name="Leases">Leases that it holds.</param>
/// <param name="SilenceSeconds">After so many seconds without a word from the plane it refuses.</param>
/// <param name="Denied">When its last deny-probe passed; null where none did.</param>
/// <param name="Allowed">When its last allow-probe passed; null where none did.</param>
/// <param name="Closed">Why it refuses everything until an operator arms it again; null where it does not.</param>
public sealed record PointView(
    string Id, string Kind, string Boot, long Entry, bool IsConnected, double? HeardSeconds, int Open, int Leases, double SilenceSeconds, DateTimeOffset? Denied, DateTimeOffset? Allowed, string? Closed)
{
    /// <summary>Whether it said nothing for longer than it may: dead, stopped, or cut off. What it does meanwhile nobody knows here; without the plane's word it refuses.</summary>
    public bool IsSilent { get; init; }

    /// <summary>It says something at least every so many seconds; three times that without a word is silence.</summary>
    public double PulseSeconds { get; init; }

    /// <summary>When it passed its arming test in this boot; null: it did not, or it is away.</summary>
    public DateTimeOffset? Armed { get; init; }

    /// <summary>The code with which it refused its permitted probe last; null: it did not.</summary>
    public string? Refusing { get; init; }

    /// <summary>Effects of probes that must have none: above 0 it was open.</summary>
    public long Effects { get; init; }

    /// <summary>What it enforces by that differs from what the plane published: <c>build configuration epoch snapshot orders</c>.</summary>
    public ImmutableArray<string> Drift { get; init; } = [];

    /// <summary>Seconds since the oldest of these differs; null where nothing does.</summary>
    public double? DriftSeconds { get; init; }

    /// <summary>Digest of its program, hex, as it says; null: it said nothing yet.</summary>
    public string? Build { get; init; }

    /// <summary>Digest of its configuration, hex, as it says; null likewise.</summary>
    public string? Config { get; init; }

    /// <summary>Digest of the snapshot that it was told last, hex; null likewise.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Decisions for it within five minutes, probes included.</summary>
    public long Decisions { get; init; }

    /// <summary>Milliseconds that half of these took at most, at the plane; null where there were none.</summary>
    public double? DecisionP50 { get; init; }

    /// <summary>Milliseconds that 99 % of these took at most, at the plane; null likewise.</summary>
    public double? DecisionP99 { get; init; }
}
