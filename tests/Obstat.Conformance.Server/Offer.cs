using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;

namespace Obstat.Conformance.Server;

/// <summary>The lists of this server, from one file; what was added while it ran stands at the end.</summary>
internal static class Offer
{
    private static readonly JsonObject Lists = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "offer.json")))!.AsObject();

    public static T Read<T>(string method, Changes changes)
    {
        var list = (JsonObject)Lists[method]!.DeepClone();
        if (method == "tools/list" && changes.HasTool)
        {
            list["tools"]!.AsArray().Add(JsonNode.Parse("""{"name":"test_added","description":"Added while the server ran","inputSchema":{"type":"object"}}"""));
        }

        if (method == "prompts/list" && changes.HasPrompt)
        {
            list["prompts"]!.AsArray().Add(JsonNode.Parse("""{"name":"test_added_prompt","description":"Added while the server ran"}"""));
        }

        return Parse<T>(list);
    }

    public static T Parse<T>(JsonNode json) => json.Deserialize<T>(McpJsonUtilities.DefaultOptions)!;

    public static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, McpJsonUtilities.DefaultOptions)!;
}
