using System.Collections.Immutable;

namespace Obstat.Cedar.Schemas;

/// <summary>What a schema says of one entity type.</summary>
/// <param name="Name">The type path.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Tags">The type of its tags; nothing if it has none.</param>
/// <param name="ParentTypes">The types that it may be directly in, in ordinal order.</param>
/// <param name="AncestorTypes">The types that it may be in, transitively, without itself unless it may be in its own type.</param>
/// <param name="EnumIds">The ids that exist, if the type lists them; else default.</param>
public sealed record EntityTypeDeclaration(
    string Name,
    CedarType.Record Attributes,
    CedarType? Tags,
    ImmutableSortedSet<string> ParentTypes,
    ImmutableSortedSet<string> AncestorTypes,
    ImmutableArray<string> EnumIds)
{
    /// <summary>Whether the type lists its ids.</summary>
    public bool IsEnum => !EnumIds.IsDefault;

    /// <summary>Whether nothing can be known of its entities: no attributes, tags and parents.</summary>
    public bool IsFactFree => IsEnum || (Attributes.Attributes.IsEmpty && Tags is null && ParentTypes.IsEmpty);
}
