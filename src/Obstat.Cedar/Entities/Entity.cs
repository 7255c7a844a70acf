using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>What is known of one entity. Immutable.</summary>
public sealed class Entity
{
    /// <summary>An entity with its facts.</summary>
    /// <param name="uid">Which entity.</param>
    /// <param name="attributes">Its attributes; none if left out.</param>
    /// <param name="parents">The entities that it is directly in.</param>
    /// <param name="tags">Its tags; none if left out.</param>
    public Entity(EntityUid uid, CedarRecord? attributes = null, IEnumerable<EntityUid>? parents = null, CedarRecord? tags = null)
    {
        ArgumentNullException.ThrowIfNull(uid);
        (Uid, Attributes, Tags) = (uid, attributes ?? CedarRecord.Empty, tags ?? CedarRecord.Empty);
        Parents = parents switch
        {
            null => [],
            ImmutableArray<EntityUid> { IsDefault: false, Length: <= 1 } few => few,
            _ => [.. parents.Distinct()],
        };
    }

    /// <summary>Which entity.</summary>
    public EntityUid Uid { get; }

    /// <summary>Its attributes.</summary>
    public CedarRecord Attributes { get; }

    /// <summary>The entities that it is directly in, each once.</summary>
    public ImmutableArray<EntityUid> Parents { get; }

    /// <summary>Its tags.</summary>
    public CedarRecord Tags { get; }

    /// <summary>Every entity that its attributes, tags and parents name, in order.</summary>
    public ImmutableSortedSet<EntityUid> References()
    {
        var found = ImmutableSortedSet.CreateBuilder<EntityUid>();
        found.UnionWith(Parents);
        EntityReferences.Collect(Attributes, found);
        EntityReferences.Collect(Tags, found);
        return found.ToImmutable();
    }

    /// <inheritdoc/>
    public override string ToString() => Uid.ToString();
}
