using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Json;

namespace Obstat.Gateway.JsonRpc;

/// <summary>
/// One understood JSON-RPC 2.0 message. The one way from bytes to a message: exactly one object under the strict intake of JSON, only the members that the
/// kind of message has, an id that comes back verbatim. A batch, a second value, a null id, an unknown member refuse; nothing is repaired.
/// </summary>
internal sealed class RpcMessage
{
    /// <summary>Bytes of a string id, at most.</summary>
    public const int IdBytesMax = 128;

    /// <summary>Characters of a method name, at most.</summary>
    public const int MethodLengthMax = 128;

    private RpcMessage(RpcKind kind, JsonValue? id, string method, JsonValue? body) => (Kind, Id, Method, Body) = (kind, id, method, body);

    /// <summary>What the message is.</summary>
    public RpcKind Kind { get; }

    /// <summary>A string of at most 128 bytes or an integer; null exactly for a notification, and for an error that names no request.</summary>
    public JsonValue? Id { get; }

    /// <summary>The method of a request or notification: visible ASCII, 1 to 128 characters; otherwise empty.</summary>
    public string Method { get; }

    /// <summary>The params, the result or the error object; null for absent params.</summary>
    public JsonValue? Body { get; }

    /// <summary>Reads one message from a whole line or a whole body.</summary>
    /// <param name="bytes">All bytes, without the line feed.</param>
    /// <param name="message">The message, or null.</param>
    /// <param name="fault">Why the bytes are refused.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RpcMessage? message, out RpcFault fault)
    {
        message = null;
        if (!StrictJson.TryParse(bytes, out var value, out var error))
        {
            fault = new RpcFault(RpcCodes.ParseError, error.ToString(), null);
            return false;
        }

        if (value.Kind != JsonKind.Object)
        {
            fault = new RpcFault(RpcCodes.InvalidRequest, $"expected one object, got {(value.Kind == JsonKind.Array ? "a batch" : value.Kind.ToString())}", null);
            return false;
        }

        message = Read(value, out var text);
        fault = message is null ? new RpcFault(RpcCodes.InvalidRequest, text, IsId(value["id"]) && value["method"] is not null ? value["id"] : null) : default;
        return message is not null;
    }

    /// <summary>Whether a value may identify a request: a string of at most 128 bytes or an exact integer.</summary>
    public static bool IsId([NotNullWhen(true)] JsonValue? id) => id is { AsInteger: not null } || (id?.AsString is { } text && Encoding.UTF8.GetByteCount(text) <= IdBytesMax);

    private static RpcMessage? Read(JsonValue value, out string fault)
    {
        if (value["jsonrpc"]?.AsString != "2.0")
        {
            fault = "expected \"jsonrpc\" exactly \"2.0\"";
            return null;
        }

        return value["method"] is null ? ReadAnswer(value, out fault) : ReadCall(value, out fault);
    }

    private static RpcMessage? ReadCall(JsonValue value, out string fault)
    {
        var id = value["id"];
        var method = value["method"]!.AsString;
        fault = 0 switch
        {
            _ when Unknown(value, "jsonrpc", "id", "method", "params") is { } name => $"expected no member beside jsonrpc, id, method and params, got {name}",
            _ when id is not null && !IsId(id) => "expected an id that is a string of at most 128 bytes or an integer",
            _ when method is null || method.Length is 0 or > MethodLengthMax || method.AsSpan().ContainsAnyExceptInRange('!', '~') => "expected a method of 1 to 128 visible ASCII characters",
            _ when value["params"] is { Kind: not JsonKind.Object } => "expected params that are an object",
            _ => "",
        };
        return fault.Length > 0 ? null : new RpcMessage(id is null ? RpcKind.Notification : RpcKind.Request, id, method!, value["params"]);
    }

    private static RpcMessage? ReadAnswer(JsonValue value, out string fault)
    {
        var (id, result, error) = (value["id"], value["result"], value["error"]);
        fault = 0 switch
        {
            _ when Unknown(value, "jsonrpc", "id", "result", "error") is { } name => $"expected an answer of jsonrpc, id and result or error, got {name}",
            _ when (result is null) == (error is null) => "expected a method, or exactly one of result and error",
            _ when error is null && !IsId(id) => "expected the id of the request that is answered",
            _ when error is not null && id is { IsNull: false } && !IsId(id) => "expected the id of the request that is answered",
            _ when result is { Kind: not JsonKind.Object } => "expected a result that is an object",
            _ when error is not null && (error["code"]?.AsInteger is null || error["message"]?.AsString is null || Unknown(error, "code", "message", "data") is not null)
                => "expected an error of code, message and data",
            _ => "",
        };
        return fault.Length > 0 ? null : new RpcMessage(result is null ? RpcKind.Error : RpcKind.Result, id is { IsNull: true } ? null : id, "", result ?? error);
    }

    private static string? Unknown(JsonValue value, params ReadOnlySpan<string> known)
    {
        foreach (var member in value.Members)
        {
            if (!known.Contains(member.Name))
            {
                return "another";
            }
        }

        return null;
    }
}
