using System.Collections.Immutable;

namespace Obstat.Cedar.Schemas;

/// <summary>What an action applies to, as written.</summary>
/// <param name="PrincipalTypes">The types of principals.</param>
/// <param name="ResourceTypes">The types of resources.</param>
/// <param name="Context">The context; nothing if none is written.</param>
public sealed record AppliesTo(ImmutableArray<string> PrincipalTypes, ImmutableArray<string> ResourceTypes, TypeExpression? Context);
