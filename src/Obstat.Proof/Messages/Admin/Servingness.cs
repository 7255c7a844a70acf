using System.Collections.Immutable;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>The second line of every face: whether what is permitted runs. "Everything is broken" must not look like safety.</summary>
/// <param name="Refusing">The code that is refused with, by the plane or by a connected point; null: none is known.</param>
/// <param name="SinceMs">Age in ms of the oldest last-passed permitted probe over all connected points; null where one never passed or no point is connected.</param>
public sealed record Servingness(DenyReason? Refusing, long? SinceMs)
{
    /// <summary>Whether nothing is known to refuse what is permitted.</summary>
    public bool IsServing => Refusing is null;

    /// <summary>What the plane and these points serve.</summary>
    /// <param name="plane">The code that the plane refuses every ask with; null: none.</param>
    /// <param name="points">All points that registered.</param>
    /// <param name="intervalMs">How often each probes itself.</param>
    public static Servingness Of(DenyReason? plane, ImmutableArray<PointShown> points, long intervalMs)
    {
        var connected = points.Where(p => p.HeardMs <= Closedness.IntervalsMax * intervalMs).ToArray();
        var refusing = connected.Select(p => p.Proof is { Disarmed: not null } ? DenyReason.Fault : p.Proof?.Refusing).FirstOrDefault(r => r is not null);
        return new Servingness(plane ?? refusing, connected.Length > 0 && connected.All(p => p.Proof?.AllowedMs is not null) ? connected.Max(p => p.Proof!.AllowedMs) : null);
    }
}
