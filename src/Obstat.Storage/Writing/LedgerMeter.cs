using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Obstat.Storage.Writing;

/// <summary>What telemetry hears of the ledger: how long appends and commits take, and a span for each append under the one that asked for it. Nothing waits for it. Safe for concurrent use.</summary>
internal static class LedgerMeter
{
    private const string Name = "Obstat";

    private static readonly Meter s_meter = new(Name);
    private static readonly InstrumentAdvice<double> s_buckets = new() { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] };

    /// <summary>Spans.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>From the asking to the answer: durable, with its head signed, or refused.</summary>
    public static Histogram<double> Append { get; } = s_meter.CreateHistogram("obstat.ledger.append", "s", "From the asking for an entry to its answer.", advice: s_buckets);

    /// <summary>One commit, which makes a group of entries durable.</summary>
    public static Histogram<double> Commit { get; } = s_meter.CreateHistogram("obstat.commit", "s", "One commit of a group of entries.", advice: s_buckets);
}
