using Obstat.Proof.Json;

namespace Obstat.Gateway.JsonRpc;

/// <summary>Messages as canonical bytes (RFC 8785): what a decision was made on is what is sent, whatever spelling came in.</summary>
internal static class RpcWriter
{
    private static readonly JsonValue Version = JsonValue.Of("2.0");

    /// <summary>A request.</summary>
    public static byte[] Request(long id, string method, JsonValue? parameters) => Call(method, parameters).With("id", JsonValue.Of(id)).ToCanonicalBytes();

    /// <summary>A request to a client, under an id of ours.</summary>
    public static byte[] Request(JsonValue id, string method, JsonValue? parameters) => Call(method, parameters).With("id", id).ToCanonicalBytes();

    /// <summary>A notification.</summary>
    public static byte[] Notification(string method, JsonValue? parameters) => Call(method, parameters).ToCanonicalBytes();

    /// <summary>An answer with a result.</summary>
    public static byte[] Result(JsonValue id, JsonValue result) => JsonValue.Object(("jsonrpc", Version), ("id", id), ("result", result)).ToCanonicalBytes();

    /// <summary>An answer with an error object.</summary>
    /// <param name="id">The id of the refused request; null where none could be read, then the member is absent as the schema of MCP has it.</param>
    /// <param name="error">Members <c>code</c>, <c>message</c>, <c>data</c>?.</param>
    public static byte[] Error(JsonValue? id, JsonValue error)
        => (id is null ? JsonValue.Object(("jsonrpc", Version), ("error", error)) : JsonValue.Object(("jsonrpc", Version), ("id", id), ("error", error))).ToCanonicalBytes();

    /// <summary>An answer with an error.</summary>
    public static byte[] Error(JsonValue? id, int code, string message) => Error(id, ErrorObject(code, message, null));

    /// <summary>An error object.</summary>
    public static JsonValue ErrorObject(int code, string message, JsonValue? data)
    {
        var error = JsonValue.Object(("code", JsonValue.Of(code)), ("message", JsonValue.Of(message)));
        return data is null ? error : error.With("data", data);
    }

    private static JsonValue Call(string method, JsonValue? parameters)
    {
        var call = JsonValue.Object(("jsonrpc", Version), ("method", JsonValue.Of(method)));
        return parameters is null ? call : call.With("params", parameters);
    }
}
