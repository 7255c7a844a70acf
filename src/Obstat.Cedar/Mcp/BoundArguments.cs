using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Mcp;

/// <summary>The arguments of one call as policies see them.</summary>
/// <param name="Input">What becomes <c>context.input</c>.</param>
/// <param name="Entities">
/// Every entity that the record names, each once, in the order of their references: enumerated values, objects with tags, opaque values. They live in this request
/// only, so they go over the store with <see cref="EntityStore.With"/>.
/// </param>
public sealed record BoundArguments(CedarRecord Input, ImmutableArray<Entity> Entities);
