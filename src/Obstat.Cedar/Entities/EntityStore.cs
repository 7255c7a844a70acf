using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>
/// The entities that a decision may look at, with their ancestors. Immutable. A few entities of one request are laid over a store with <see cref="With"/>
/// without copying it.
/// </summary>
public sealed class EntityStore
{
    private readonly EntityStore? _base;
    private readonly Dictionary<EntityUid, Node> _nodes;
    private readonly HashSet<EntityUid> _parents;
    private readonly FrozenSet<string> _factFreeTypes;

    private EntityStore(EntityStore? below, Dictionary<EntityUid, Node> nodes, FrozenSet<string> factFreeTypes)
    {
        (_base, _nodes, _factFreeTypes) = (below, nodes, factFreeTypes);
        _parents = below is null ? [.. nodes.Values.SelectMany(n => n.Entity.Parents)] : below._parents;
    }

    /// <summary>The store without entities.</summary>
    public static EntityStore Empty { get; } = new(null, [], []);

    /// <summary>The number of entities.</summary>
    public int Count => _base is null ? _nodes.Count : _base.Count + _nodes.Keys.Count(uid => !_base._nodes.ContainsKey(uid));

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
    /// This store with some entities added or replaced. Cheap as long as none of them is a parent in this store; otherwise ancestors are computed anew.
    /// Refuses what <see cref="Of"/> refuses.
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

        if (_base is not null || added.Keys.Any(_parents.Contains))
        {
            return Build(All().Where(e => !added.ContainsKey(e.Uid)).Concat(added.Values), _factFreeTypes);
        }

        var bag = new DiagnosticBag();
        var nodes = AncestorClosure.Compute(added, uid => _nodes.GetValueOrDefault(uid)?.Ancestors, bag);
        return bag.IsEmpty ? new(new EntityStore(this, nodes, _factFreeTypes)) : new(bag.Items);
    }

    /// <summary>
    /// This store, in which every entity of the given types counts as present: types without attributes, tags and parents, and types that list their ids. Nothing
    /// could be missing of them.
    /// </summary>
    public EntityStore WithFactFreeTypes(IEnumerable<string> types) => new(_base, _nodes, types.ToFrozenSet(StringComparer.Ordinal));

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
        return bag.IsEmpty ? new(new EntityStore(null, nodes, factFreeTypes)) : new(bag.Items);
    }

    /// <summary>Whether entities of this type count as present.</summary>
    internal bool IsFactFree(string type) => _factFreeTypes.Contains(type);

    /// <summary>The ancestors of a stored entity, in no order.</summary>
    internal IReadOnlyList<EntityUid> AncestorList(EntityUid uid) => Find(uid)?.Ancestors.All ?? [];

    /// <summary>Whether a stored entity names this one as a parent.</summary>
    internal bool IsParent(EntityUid uid) => _parents.Contains(uid);

    /// <summary>The entities in no order.</summary>
    internal IEnumerable<Entity> Unordered => All();

    private Node? Find(EntityUid uid) => _nodes.GetValueOrDefault(uid) ?? _base?._nodes.GetValueOrDefault(uid);

    private IEnumerable<Entity> All()
    {
        var own = _nodes.Values.Select(n => n.Entity);
        return _base is null ? own : own.Concat(_base.All().Where(e => !_nodes.ContainsKey(e.Uid)));
    }

    internal sealed record Node(Entity Entity, AncestorSet Ancestors);
}
