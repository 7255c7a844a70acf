using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>The ancestors of one entity: scanned while few, hashed when many.</summary>
internal sealed class AncestorSet
{
    private const int ScannedMax = 12;
    private readonly EntityUid[] _all;
    private readonly HashSet<EntityUid>? _lookup;

    public AncestorSet(HashSet<EntityUid> ancestors)
    {
        _all = [.. ancestors];
        _lookup = _all.Length > ScannedMax ? ancestors : null;
    }

    public static AncestorSet None { get; } = new([]);

    public IReadOnlyList<EntityUid> All => _all;

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
