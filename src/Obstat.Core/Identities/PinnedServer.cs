using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Core.Identities;

/// <summary>A registered server and the tools that an operator approved there.</summary>
/// <param name="Name">The registered name.</param>
/// <param name="Identity">What the server is: the pinned identity that every tool hash covers; null while nothing is pinned.</param>
/// <param name="Tools">By name.</param>
public sealed record PinnedServer(string Name, JsonValue? Identity, ImmutableSortedDictionary<string, PinnedTool> Tools)
{
    /// <summary>Whether anything of the server was approved.</summary>
    public bool IsPinned => Identity is not null;

    internal JsonValue ToJson() => JsonValue.Object(
        ("identity", Identity ?? JsonValue.Null),
        ("name", JsonValue.Of(Name)),
        ("tools", JsonValue.Array(Tools.Values.Select(t => JsonValue.Object(("name", JsonValue.Of(t.Name)), ("tool", t.Tool), ("tool_hash", JsonValue.Of(t.ToolHash.ToBase64Url())))))));
}
