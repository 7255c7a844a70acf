using System.Collections.Concurrent;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>
/// The entities of a store as compiled policies see them. An entity is compiled when a decision first looks at it, and kept: a store of a million costs nothing here
/// before. Safe for concurrent use.
/// </summary>
internal sealed class FastStore(FastPolicies policies, EntityStore source)
{
    private readonly ConcurrentDictionary<EntityUid, FastEntity> _touched = [];

    public FastPolicies Policies { get; } = policies;

    public EntityStore Source { get; } = source;

    /// <summary>What is known of an entity; of one that is not stored, a note that nothing is.</summary>
    public FastEntity Find(EntityUid uid)
    {
        if (uid.Slot is FastEntity known && ReferenceEquals(known.Store, this))
        {
            return known;
        }

        if (!_touched.TryGetValue(uid, out var entity))
        {
            var node = Source.Find(uid);
            entity = new(this, uid, node);

            // Only what is stored or named by policies is kept: requests may invent names without end.
            entity = node is not null || entity.Number != PolicyNames.Unnamed ? _touched.GetOrAdd(entity.Uid, entity) : entity;
        }

        return entity;
    }
}
