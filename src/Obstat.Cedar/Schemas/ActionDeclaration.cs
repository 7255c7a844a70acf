using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Schemas;

/// <summary>What a schema says of one action.</summary>
/// <param name="Uid">The action.</param>
/// <param name="PrincipalTypes">The types of its principals, in ordinal order.</param>
/// <param name="ResourceTypes">The types of its resources, in ordinal order.</param>
/// <param name="Context">The attributes of its context.</param>
/// <param name="Parents">The action groups that it is directly in, in order.</param>
/// <param name="Ancestors">The action groups that it is in, transitively.</param>
public sealed record ActionDeclaration(
    EntityUid Uid,
    ImmutableSortedSet<string> PrincipalTypes,
    ImmutableSortedSet<string> ResourceTypes,
    CedarType.Record Context,
    ImmutableSortedSet<EntityUid> Parents,
    ImmutableSortedSet<EntityUid> Ancestors);
