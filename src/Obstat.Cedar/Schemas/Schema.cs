using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Schemas;

/// <summary>The entity types and actions that exist, with all names resolved. Immutable.</summary>
public sealed class Schema
{
    internal Schema(ImmutableSortedDictionary<string, EntityTypeDeclaration> entityTypes, ImmutableSortedDictionary<EntityUid, ActionDeclaration> actions) =>
        (EntityTypes, Actions) = (entityTypes, actions);

    /// <summary>The entity types, by path.</summary>
    public ImmutableSortedDictionary<string, EntityTypeDeclaration> EntityTypes { get; }

    /// <summary>The actions.</summary>
    public ImmutableSortedDictionary<EntityUid, ActionDeclaration> Actions { get; }

    /// <summary>The types whose entities have no facts, so that none can be missing, in ordinal order.</summary>
    public IEnumerable<string> FactFreeTypes => EntityTypes.Values.Where(t => t.IsFactFree).Select(t => t.Name);

    /// <summary>Reads one or several texts as one schema. A name defined twice is refused, in whatever text.</summary>
    public static Parsed<Schema> Parse(params IEnumerable<string> texts) => SchemaFragment.Resolve(texts.Select(SchemaFragment.Parse));

    /// <summary>Reads one or several JSON documents as one schema.</summary>
    public static Parsed<Schema> ParseJson(params IEnumerable<string> documents) => SchemaFragment.Resolve(documents.Select(SchemaFragment.ParseJson));

    /// <summary>The actions as entities: each with the groups that it is in.</summary>
    public IEnumerable<Entity> ActionEntities() => Actions.Values.Select(a => new Entity(a.Uid, parents: a.Parents));
}
