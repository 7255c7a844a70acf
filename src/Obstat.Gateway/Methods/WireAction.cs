using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Methods;

/// <summary>
/// The action object of kind <c>mcp</c>, version 1: what is decided on and what a permit is bound to by its digest. It holds everything that will be
/// forwarded and nothing random, so the same request twice has the same digest.
/// </summary>
internal static class WireAction
{
    /// <summary>The action of opening a connection.</summary>
    public static JsonValue Connect(string server, Revision revision) => Base(server, revision, "initialize");

    /// <summary>The action of a gated request.</summary>
    /// <param name="server">Registered name of the server.</param>
    /// <param name="revision">Revision of the connection.</param>
    /// <param name="request">A request whose gate is a list, a call or a watch.</param>
    /// <param name="toolHash">Digest of the tool as the upstream lists it now; null where the upstream lists none of that name.</param>
    public static JsonValue Of(string server, Revision revision, McpRequest request, Digest? toolHash)
    {
        var action = Base(server, revision, request.Method.Name);
        var parameters = request.Parameters;
        return request.Method.Name switch
        {
            "tools/call" => Named(action, parameters).With("tool_hash", JsonValue.Of(toolHash?.ToBase64Url())),
            "prompts/get" => Named(action, parameters),
            "resources/read" or "resources/subscribe" or "resources/unsubscribe" => action.With("uri", parameters["uri"]!),
            "completion/complete" => action.With("arguments", parameters),
            _ => action,
        };
    }

    private static JsonValue Named(JsonValue action, JsonValue parameters)
    {
        var named = action.With("name", parameters["name"]!);
        return parameters["arguments"] is { } arguments ? named.With("arguments", arguments) : named;
    }

    private static JsonValue Base(string server, Revision revision, string method) => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of(revision.ToWire())), ("server", JsonValue.Of(server)),
        ("method", JsonValue.Of(method)), ("cred", JsonValue.Null));
}
