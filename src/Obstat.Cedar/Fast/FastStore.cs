using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>The entities of a store and of a policy set, numbered. Grows only while it is compiled.</summary>
internal sealed class FastStore
{
    private readonly Dictionary<EntityUid, FastEntity> _entities = [];

    public FastStore(EntityStore source)
    {
        Source = source;
        foreach (var entity in source.Unordered)
        {
            _ = Add(entity.Uid);
        }

        foreach (var entity in source.Unordered)
        {
            Fill(_entities[entity.Uid], entity, [.. source.AncestorList(entity.Uid).Select(a => Add(a).Index).Order()]);
        }
    }

    public EntityStore Source { get; }

    public NameTable Names { get; } = new();

    public int Count => _entities.Count;

    public IEnumerable<FastEntity> All => _entities.Values;

    /// <summary>The number of an entity, given on first sight. Only while compiling.</summary>
    public FastEntity Add(EntityUid uid)
    {
        if (_entities.TryGetValue(uid, out var known))
        {
            return known;
        }

        var own = uid.WithOwnSlot(Names.Add(uid.Type));
        var entity = new FastEntity(this, _entities.Count, own) { IsPresent = Source.IsFactFree(uid.Type) };
        own.Slot = entity;
        _entities.Add(own, entity);
        return entity;
    }

    /// <summary>What is known of an entity, or nothing.</summary>
    public FastEntity? Find(EntityUid uid) => uid.Slot is FastEntity own && ReferenceEquals(own.Store, this) ? own : _entities.GetValueOrDefault(uid);

    /// <summary>What is known of an entity; of an unknown one, a note that it is unknown.</summary>
    public FastEntity FindOrUnknown(EntityUid uid)
    {
        if (Find(uid) is { } known)
        {
            return known;
        }

        var own = uid.WithOwnSlot(Names.Find(uid.Type));
        var unknown = new FastEntity(this, FastEntity.UnknownIndex, own) { IsPresent = Source.IsFactFree(uid.Type) };
        own.Slot = unknown;
        return unknown;
    }

    /// <summary>A value with the names and references of this store. While compiling, new ones are added.</summary>
    public CedarValue Rebuild(CedarValue value, bool isCompiling) => value switch
    {
        EntityUid uid => isCompiling ? Add(uid).Uid : Find(uid)?.Uid ?? uid,
        CedarRecord record => Rebuild(record, isCompiling),
        CedarSet set when set.Elements.Any(e => e is EntityUid or CedarRecord or CedarSet) => CedarSet.Create(set.Elements.Select(e => Rebuild(e, isCompiling)).ToList()),
        _ => value,
    };

    public CedarRecord Rebuild(CedarRecord record, bool isCompiling) =>
        record.Rebuilt(Names, isCompiling ? Names.Add : Names.Find, v => Rebuild(v, isCompiling));

    public void Fill(FastEntity target, Entity source, int[] ancestors, bool isCompiling = true)
    {
        (target.IsStored, target.IsPresent) = (true, true);
        target.Attributes = source.Attributes.Count == 0 ? CedarRecord.Empty : Rebuild(source.Attributes, isCompiling);
        target.Tags = source.Tags.Count == 0 ? CedarRecord.Empty : Rebuild(source.Tags, isCompiling);
        target.Ancestors = ancestors;
    }
}
