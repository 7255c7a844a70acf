using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Server.Points;

/// <summary>The newest boot of each enforcement point that registered with this start of the plane. Safe for concurrent use.</summary>
internal sealed class LiveBoots
{
    private readonly ConcurrentDictionary<string, LiveBoot> _byId = new(StringComparer.Ordinal);

    /// <summary>All of them, by id.</summary>
    public IEnumerable<LiveBoot> All => _byId.Values.OrderBy(b => b.Point.Id, StringComparer.Ordinal);

    /// <summary>How many points there are.</summary>
    public int Count => _byId.Count;

    /// <summary>A boot registered; an earlier one of the same point is over.</summary>
    public void Add(LiveBoot boot) => _byId[boot.Point.Id] = boot;

    /// <summary>The boot, if it is the newest of its point.</summary>
    public bool TryGet(string id, string boot, [NotNullWhen(true)] out LiveBoot? live) => _byId.TryGetValue(id, out live) && live.Point.Boot == boot;
}
