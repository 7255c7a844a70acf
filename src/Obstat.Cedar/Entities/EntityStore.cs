using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>
/// The entities that a decision may look at, with their ancestors. Immutable. A store with a few entities added or replaced (<see cref="With"/>) shares nearly
/// everything with this one.
/// </summary>
public sealed class EntityStore
{
    /// <summary>So many changed entities stand beside the map, which is then not touched at all: most changes are for one request.</summary>
    private const int ChangedMax = 32;

    private static readonly Dictionary<EntityUid, Node> NoneChanged = [];

    private readonly EntityMap _map;
    private readonly Dictionary<EntityUid, Node> _changed;
    private readonly HashSet<EntityUid> _parents;
    private readonly ImmutableHashSet<EntityUid> _newParents;
    private readonly FrozenSet<string> _factFreeTypes;

    private EntityStore(EntityMap map, Dictionary<EntityUid, Node> changed, HashSet<EntityUid> parents, ImmutableHashSet<EntityUid> newParents, FrozenSet<string> factFreeTypes) =>
        (_map, _changed, _parents, _newParents, _factFreeTypes) = (map, changed, parents, newParents, factFreeTypes);

    /// <summary>The store without entities.</summary>
    public static EntityStore Empty { get; } = new(EntityMap.Empty, NoneChanged, [], [], []);

    /// <summary>The number of entities.</summary>
    public int Count => _map.Count + _changed.Keys.Count(uid => !_map.TryGet(uid, out _));

    /// <summary>The entities, in the order of their references.</summary>
    public IEnumerable<Entity> Entities => All().OrderBy(e => e.Uid);

    /// <summary>
    /// A store of these entities. Refuses an entity given twice (<see cref="DiagnosticCode.DuplicateEntity"/>), one that is in itself
    /// (<see cref="DiagnosticCode.ParentCycle"/>), and more than <see cref="Limits.ParentLevelsMax"/> levels of parents.
    /// </summary>
    public static Parsed<EntityStore> Of(IEnumerable<Entity> entities) => Build(entities, []);

    /// <summary>
    /// Reads <c>[{uid, attrs, parents, tags?}, ..]</c>. With a schema, entities and extension values are also read in their implicit forms, the actions of the
    /// schema are added, and its types without facts count as present. Whether the entities obey the schema is another question: the validation of this room.
    /// </summary>
    public static Parsed<EntityStore> Load(string json, Schema? schema = null) => Json.EntityReader.Load(json, schema);

    /// <summary>As <see cref="Load(string, Schema?)"/>, from UTF-8 bytes.</summary>
    public static Parsed<EntityStore> Load(ReadOnlySpan<byte> utf8, Schema? schema = null) => Json.EntityReader.Load(utf8, schema);

    /// <summary>
    /// This store with some entities added or replaced. The cost does not grow with the store, unless one of them is a parent here and its own parents change: then all
    /// ancestors are computed anew. Refuses what <see cref="Of"/> refuses.
    /// </summary>
    public Parsed<EntityStore> With(params IEnumerable<Entity> entities)
    {
        var added = new Dictionary<EntityUid, Entity>();
        foreach (var entity in entities)
        {
            if (!added.TryAdd(entity.Uid, entity))
            {
                return new([new Diagnostic(DiagnosticCode.DuplicateEntity, "an entity is given twice", default, entity.Uid.ToString())]);
            }
        }

        if (added.Values.Any(ChangesAncestors))
        {
            return Build(All().Where(e => !added.ContainsKey(e.Uid)).Concat(added.Values), _factFreeTypes);
        }

        var bag = new DiagnosticBag();
        var nodes = AncestorClosure.Compute(added, uid => Find(uid)?.Ancestors, bag);
        if (!bag.IsEmpty)
        {
            return new(bag.Items);
        }

        var changed = new Dictionary<EntityUid, Node>(_changed);
        var newParents = _newParents;
        foreach (var (uid, node) in nodes)
        {
            changed[uid] = node;
            newParents = newParents.Union(node.Entity.Parents.Where(p => !_parents.Contains(p)));
        }

        return new(changed.Count <= ChangedMax
            ? new EntityStore(_map, changed, _parents, newParents, _factFreeTypes)
            : new EntityStore(_map.With(changed.Values), NoneChanged, _parents, newParents, _factFreeTypes));
    }

    /// <summary>
    /// This store, in which every entity of the given types counts as present: types without attributes, tags and parents, and types that list their ids. Nothing
    /// could be missing of them.
    /// </summary>
    public EntityStore WithFactFreeTypes(IEnumerable<string> types) => new(_map, _changed, _parents, _newParents, types.ToFrozenSet(StringComparer.Ordinal));

    /// <summary>The facts of an entity, if it is stored.</summary>
    public bool TryGet(EntityUid uid, [NotNullWhen(true)] out Entity? entity)
    {
        entity = Find(uid)?.Entity;
        return entity is not null;
    }

    /// <summary>Whether the entity is stored, or of a type without facts.</summary>
    public bool IsPresent(EntityUid uid)
    {
        ArgumentNullException.ThrowIfNull(uid);
        return Find(uid) is not null || _factFreeTypes.Contains(uid.Type);
    }

    /// <summary>Whether the first entity is the second or in it, however deep.</summary>
    public bool IsIn(EntityUid descendant, EntityUid ancestor)
    {
        ArgumentNullException.ThrowIfNull(descendant);
        return descendant.Equals(ancestor) || (Find(descendant)?.Ancestors.Contains(ancestor) ?? false);
    }

    /// <summary>The ancestors of an entity, in order; none if it is not stored.</summary>
    public ImmutableSortedSet<EntityUid> AncestorsOf(EntityUid uid) => Find(uid) is { } node ? [.. node.Ancestors.All] : [];

    /// <summary>What stored entities name and the store has not: empty in a closed store. In order.</summary>
    public ImmutableSortedSet<EntityUid> Dangling() => [.. All().SelectMany(e => e.References()).Where(uid => !IsPresent(uid))];

    internal static Parsed<EntityStore> Build(IEnumerable<Entity> entities, FrozenSet<string> factFreeTypes)
    {
        var bag = new DiagnosticBag();
        var byUid = new Dictionary<EntityUid, Entity>();
        foreach (var entity in entities)
        {
            if (!byUid.TryAdd(entity.Uid, entity))
            {
                bag.Add(DiagnosticCode.DuplicateEntity, "an entity is given twice", default, entity.Uid.ToString());
            }
        }

        var nodes = AncestorClosure.Compute(byUid, _ => null, bag);
        return bag.IsEmpty
            ? new(new EntityStore(EntityMap.Of(nodes.Values), NoneChanged, [.. byUid.Values.SelectMany(e => e.Parents)], [], factFreeTypes))
            : new(bag.Items);
    }

    /// <summary>Whether entities of this type count as present.</summary>
    internal bool IsFactFree(string type) => _factFreeTypes.Contains(type);

    /// <summary>What is known of an entity, if it is stored.</summary>
    internal Node? Find(EntityUid uid) => _changed.Count > 0 && _changed.TryGetValue(uid, out var changed) ? changed : _map.TryGet(uid, out var node) ? node : null;

    /// <summary>Whether the ancestors of stored entities would be others with this entity in the store: it is a parent here, and its own parents are not what they were.</summary>
    internal bool ChangesAncestors(Entity entity) =>
        IsParent(entity.Uid) && !(Find(entity.Uid)?.Entity.Parents ?? []).AsSpan().SequenceEqual(entity.Parents.AsSpan());

    /// <summary>Whether a stored entity names this one as a parent, or did.</summary>
    internal bool IsParent(EntityUid uid) => _parents.Contains(uid) || _newParents.Contains(uid);

    private IEnumerable<Entity> All()
    {
        var stored = _map.All.Select(n => n.Entity);
        return _changed.Count == 0 ? stored : stored.Where(e => !_changed.ContainsKey(e.Uid)).Concat(_changed.Values.Select(n => n.Entity));
    }

    /// <summary>One stored entity with its ancestors.</summary>
    internal sealed class Node(Entity entity, AncestorSet ancestors)
    {
        public Entity Entity { get; } = entity;

        public AncestorSet Ancestors { get; } = ancestors;
    }
}
