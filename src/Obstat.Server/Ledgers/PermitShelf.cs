using System.Collections.Concurrent;

namespace Obstat.Server.Ledgers;

/// <summary>The newest permits of this start, for evidence bundles. A permit is no evidence by itself - its decision fixes its claims - so losing the shelf loses one check, and no proof.</summary>
internal sealed class PermitShelf
{
    /// <summary>Permits kept.</summary>
    public const int PermitsMax = 100_000;

    private readonly ConcurrentDictionary<string, string> _permits = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Keeps a permit.</summary>
    public void Keep(string jti, string compact)
    {
        if (_permits.TryAdd(jti, compact))
        {
            _order.Enqueue(jti);
            while (_permits.Count > PermitsMax && _order.TryDequeue(out var oldest))
            {
                _ = _permits.TryRemove(oldest, out _);
            }
        }
    }

    /// <summary>A permit of this start; null for any other.</summary>
    public string? Find(string jti) => _permits.GetValueOrDefault(jti);
}
