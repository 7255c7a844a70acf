using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Upstreams;

/// <summary>One request as it goes to an upstream.</summary>
/// <param name="Id">Our id.</param>
/// <param name="Method">The method.</param>
/// <param name="Parameters">The params with our own <c>_meta</c>; null where there are none.</param>
internal sealed record Outgoing(long Id, string Method, JsonValue? Parameters)
{
    /// <summary>Arguments that go as headers too, over HTTP.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>What it is about, as revision 2026-07-28 has it in a header; null where the method has none.</summary>
    public string? Subject => Method switch
    {
        "tools/call" or "prompts/get" => Parameters?["name"]?.AsString,
        "resources/read" => Parameters?["uri"]?.AsString,
        _ => null,
    };
}
