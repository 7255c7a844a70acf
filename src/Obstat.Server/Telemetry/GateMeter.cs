using System.Diagnostics;
using System.Diagnostics.Metrics;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Telemetry;

/// <summary>
/// What telemetry hears of each decision: a count, how long it took, a span. Labels are verdict, reason code and enforcement point, never who asked, for what, or with what. Nothing waits for it, and what it
/// cannot take it drops. Safe for concurrent use.
/// </summary>
internal sealed class GateMeter : IDisposable
{
    /// <summary>Name of the meter and of the source of spans.</summary>
    public const string Name = "Obstat";

    private const string GateSpan = "obstat.gate";

    private static readonly ActivitySource s_steps = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly ActivitySource _source = new(Name);
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _seconds;
    private readonly Histogram<double> _gate;
    private readonly Histogram<double> _stops;

    public GateMeter(TimeProvider clock)
    {
        Latencies = new PointLatencies(clock);
        _decisions = _meter.CreateCounter<long>("obstat.decisions", description: "Decisions, by verdict, reason code and enforcement point.");
        _stops = _meter.CreateHistogram(
            "obstat.stop", "s", "From the plane's word that a lease is over to its point's that it stopped.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });
        var bounds = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] };
        _seconds = _meter.CreateHistogram("obstat.decision", "s", "From an understood ask to its answer.", advice: bounds);
        _gate = _meter.CreateHistogram("obstat.gate", "s", "From an ask's arrival, with its wait in the queue, to its answer.", advice: bounds);
    }

    /// <summary>A lease is over by the plane's word, and its point said so after that time.</summary>
    public void Stopped(TimeSpan took) => _stops.Record(took.TotalSeconds);

    /// <summary>How long decisions took lately, by point.</summary>
    public PointLatencies Latencies { get; }

    /// <summary>The meter, for gauges beside it.</summary>
    public Meter Meter => _meter;

    /// <summary>The decision that is being made on this flow was identified and decided: a span from its beginning to now.</summary>
    public static void Decided()
    {
        if (Activity.Current is { OperationName: GateSpan } gate)
        {
            using var _ = s_steps.StartActivity(ActivityKind.Internal, gate.Context, startTime: gate.StartTimeUtc, name: "obstat.decide");
        }
    }

    /// <summary>A permit is being signed: a span until it is disposed of.</summary>
    public static Activity? Permits() => s_steps.StartActivity("obstat.permit");

    /// <summary>A decision begins.</summary>
    /// <param name="point">For which enforcement point.</param>
    /// <param name="arrived">When its ask came, as <see cref="Stopwatch.GetTimestamp"/>.</param>
    public Measured Begin(string point, long arrived) => new(this, point, arrived, _source.StartActivity(GateSpan, ActivityKind.Server));

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }

    /// <summary>One decision that is being made.</summary>
    internal sealed class Measured(GateMeter meter, string point, long arrived, Activity? span) : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        /// <summary>It was answered.</summary>
        /// <param name="reason">The code of a denial; null: allowed.</param>
        /// <param name="entry">Its entry; null where none was written.</param>
        public void Answered(DenyReason? reason, long? entry)
        {
            var (verdict, code) = reason is { } denied ? ("deny", denied.ToCode()) : ("allow", "");
            var tags = new TagList { { "verdict", verdict }, { "reason", code }, { "point", point } };
            var took = Stopwatch.GetElapsedTime(_started);
            meter._decisions.Add(1, tags);
            meter._seconds.Record(took.TotalSeconds, new TagList { { "verdict", verdict } });
            meter._gate.Record(Stopwatch.GetElapsedTime(arrived).TotalSeconds, new TagList { { "verdict", verdict } });
            meter.Latencies.Add(point, took);
            _ = span?.SetTag("obstat.verdict", verdict).SetTag("obstat.reason", code).SetTag("obstat.entry", entry).SetTag("obstat.point", point);
        }

        public void Dispose() => span?.Dispose();
    }
}
