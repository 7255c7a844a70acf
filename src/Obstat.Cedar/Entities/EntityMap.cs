using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>Entities by their references. Immutable: a map with some of them changed shares all shards but those of the changed ones.</summary>
internal sealed class EntityMap
{
    private const int ShardSize = 256;
    private readonly Dictionary<EntityUid, EntityStore.Node>[] _shards;

    private EntityMap(Dictionary<EntityUid, EntityStore.Node>[] shards, int count) => (_shards, Count) = (shards, count);

    public static EntityMap Empty { get; } = Of([]);

    public int Count { get; }

    public IEnumerable<EntityStore.Node> All => _shards.SelectMany(s => s.Values);

    public static EntityMap Of(IReadOnlyCollection<EntityStore.Node> nodes)
    {
        var shards = 1;
        while (shards * ShardSize < nodes.Count)
        {
            shards *= 2;
        }

        var sizes = new int[shards];
        foreach (var node in nodes)
        {
            sizes[ShardOf(node.Entity.Uid, shards)]++;
        }

        var map = new EntityMap([.. sizes.Select(size => new Dictionary<EntityUid, EntityStore.Node>(size))], nodes.Count);
        foreach (var node in nodes)
        {
            map._shards[ShardOf(node.Entity.Uid, shards)].Add(node.Entity.Uid, node);
        }

        return map;
    }

    public bool TryGet(EntityUid uid, [NotNullWhen(true)] out EntityStore.Node? node) => _shards[ShardOf(uid, _shards.Length)].TryGetValue(uid, out node);

    /// <summary>This map with some entities added or replaced.</summary>
    public EntityMap With(IReadOnlyCollection<EntityStore.Node> nodes)
    {
        if (Count + nodes.Count > 4 * ShardSize * _shards.Length)
        {
            var changed = nodes.Select(n => n.Entity.Uid).ToHashSet();
            return Of([.. All.Where(n => !changed.Contains(n.Entity.Uid)), .. nodes]);
        }

        var shards = _shards.ToArray();
        var count = Count;
        foreach (var node in nodes)
        {
            var at = ShardOf(node.Entity.Uid, shards.Length);
            if (ReferenceEquals(shards[at], _shards[at]))
            {
                shards[at] = new(_shards[at]);
            }

            count += shards[at].ContainsKey(node.Entity.Uid) ? 0 : 1;
            shards[at][node.Entity.Uid] = node;
        }

        return new(shards, count);
    }

    // The high bits of a product: the dictionaries inside use the low ones of the hash.
    private static int ShardOf(EntityUid uid, int shards) => (int)((unchecked((uint)uid.GetHashCode() * 2654435769u) >> 12) & (uint)(shards - 1));
}
