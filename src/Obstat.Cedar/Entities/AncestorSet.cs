using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>The ancestors of one entity: scanned while few, hashed when many. Entities with the same parents share one.</summary>
internal sealed class AncestorSet
{
    private const int ScannedMax = 12;
    private readonly EntityUid[] _all;
    private readonly HashSet<EntityUid>? _lookup;

    public AncestorSet(HashSet<EntityUid> ancestors, int levels)
    {
        _all = [.. ancestors];
        _lookup = _all.Length > ScannedMax ? ancestors : null;
        Levels = levels;
    }

    public static AncestorSet None { get; } = new([], 0);

    public IReadOnlyList<EntityUid> All => _all;

    /// <summary>The length of the longest way up.</summary>
    public int Levels { get; }

    public bool Contains(EntityUid uid)
    {
        if (_lookup is not null)
        {
            return _lookup.Contains(uid);
        }

        foreach (var ancestor in _all)
        {
            if (ancestor.Equals(uid))
            {
                return true;
            }
        }

        return false;
    }
}
