using System.Collections.Immutable;
using System.Text.Json;

namespace Obstat.Cedar.Mcp;

/// <summary>A tool as an operator approved it.</summary>
/// <param name="Name">Its name at the server.</param>
/// <param name="InputSchema">The schema of its arguments; must outlive what is made of it.</param>
/// <param name="Groups">The ids of the groups in <c>Plane::Action</c> that its action is in, in the order written.</param>
/// <param name="Facets">What its classes declare, by name, each with its type in the text of schemas; null: the context has no member <c>facet</c>.</param>
public sealed record ToolDescription(string Name, JsonElement InputSchema, ImmutableArray<string> Groups, ImmutableSortedDictionary<string, string>? Facets);
