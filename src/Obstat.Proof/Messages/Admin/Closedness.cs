using System.Collections.Immutable;

namespace Obstat.Proof.Messages.Admin;

/// <summary>The first line of every face: whether the enforcement points are shut. Another question than whether they serve.</summary>
/// <param name="State">What is proved.</param>
/// <param name="SinceMs">Age in ms of the oldest last-passed forbidden probe over all connected points; where one never passed, since it registered last; null where no point is connected.</param>
public sealed record Closedness(ClosedState State, long? SinceMs)
{
    /// <summary>Intervals after which a point that says nothing is away, and a proof is none any more.</summary>
    public const int IntervalsMax = 3;

    /// <summary>What these points proved.</summary>
    /// <param name="points">All points that registered.</param>
    /// <param name="intervalMs">How often each probes itself.</param>
    public static Closedness Of(ImmutableArray<PointShown> points, long intervalMs)
    {
        var max = IntervalsMax * intervalMs;
        var connected = points.Where(p => p.HeardMs <= max).ToArray();
        var oldest = connected.Length == 0 ? (long?)null : connected.Max(p => p.Proof?.ClosedMs ?? p.RegisteredMs);
        var state = points.Any(p => p.Proof?.Effects > 0) ? ClosedState.Open
            : connected.Length == 0 ? ClosedState.Unknown
            : oldest <= max && connected.All(p => p.Proof is { ClosedMs: not null, Disarmed: null }) ? ClosedState.Closed
            : ClosedState.NotProved;
        return new Closedness(state, oldest);
    }
}
