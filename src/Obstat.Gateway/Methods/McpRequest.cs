using System.Diagnostics.CodeAnalysis;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;

namespace Obstat.Gateway.Methods;

/// <summary>
/// A request or notification of a client whose method and params are understood. What it forwards is made from what it understood: a member that is not in
/// the method's row refuses, and of <c>_meta</c> only the progress token is read; nothing else of it is forwarded or decided on.
/// </summary>
internal sealed class McpRequest
{
    private McpRequest(McpMethod method, JsonValue? id, JsonValue parameters, JsonValue? progressToken, bool hasParameters)
        => (Method, Id, Parameters, ProgressToken, _hasParameters) = (method, id, parameters, progressToken, hasParameters);

    private readonly bool _hasParameters;

    /// <summary>The row of the method.</summary>
    public McpMethod Method { get; }

    /// <summary>The client's id; null for a notification.</summary>
    public JsonValue? Id { get; }

    /// <summary>The params without <c>_meta</c>; an empty object where none came.</summary>
    public JsonValue Parameters { get; }

    /// <summary>The client's progress token, a string of at most 128 bytes or an integer; null where it wants no progress.</summary>
    public JsonValue? ProgressToken { get; }

    /// <summary>The tool or prompt that is named; null where none is.</summary>
    public string? Name => Parameters["name"]?.AsString;

    /// <summary>Reads a request or notification of a client.</summary>
    /// <param name="message">The message.</param>
    /// <param name="revision">The revision that the connection speaks.</param>
    /// <param name="request">What it says.</param>
    /// <param name="fault">Why it is refused: <see cref="RpcCodes.MethodNotFound"/> exactly when the method is unknown or closed.</param>
    public static bool TryRead(RpcMessage message, Revision revision, [NotNullWhen(true)] out McpRequest? request, out RpcFault fault)
    {
        request = null;
        var isNotification = message.Kind == RpcKind.Notification;
        var row = MethodTable.Find(message.Method, Direction.ClientToServer, isNotification, revision);
        if (row is null or { Gate: Gate.Closed })
        {
            // A call without an id is a call to some servers and nothing to others: a broken message, not an unknown method.
            var other = isNotification && MethodTable.Find(message.Method, Direction.ClientToServer, false, revision) is not null;
            fault = new RpcFault(other ? RpcCodes.InvalidRequest : RpcCodes.MethodNotFound, other ? "expected an id" : "Method not found", message.Id);
            return false;
        }

        if (Mistake(row, message.Body) is { } mistake)
        {
            fault = new RpcFault(RpcCodes.InvalidParams, mistake, message.Id);
            return false;
        }

        var parameters = message.Body ?? JsonValue.EmptyObject;
        request = new McpRequest(row, message.Id, parameters["_meta"] is null ? parameters : parameters.Without("_meta"), parameters["_meta"]?["progressToken"], message.Body is not null);
        fault = default;
        return true;
    }

    /// <summary>The params that go to the upstream.</summary>
    /// <param name="token">Our progress token, where progress is wanted.</param>
    public JsonValue? Forwarded(long? token)
        => token is { } ours ? Parameters.With("_meta", JsonValue.Object(("progressToken", JsonValue.Of(ours)))) : _hasParameters ? Parameters : null;

    private static string? Mistake(McpMethod row, JsonValue? parameters)
    {
        foreach (var member in parameters?.Members ?? [])
        {
            if (!row.Members.Any(m => m.Name == member.Name))
            {
                return $"expected params of {row.Name} to have only {string.Join(", ", row.Members.Select(m => m.Name))}";
            }
        }

        foreach (var member in row.Members)
        {
            var value = parameters?[member.Name];
            if (value is null ? member.Required : !Fits(member.Kind, value))
            {
                return $"expected {Expected(member.Kind)} at /params/{member.Name}";
            }
        }

        return null;
    }

    private static bool Fits(MemberKind kind, JsonValue value) => kind switch
    {
        MemberKind.ToolName => PinStatement.IsToolName(value.AsString),
        MemberKind.Text => value.AsString is { Length: > 0 and <= 2048 } text && !text.Any(char.IsControl),
        MemberKind.Object => value.Kind == JsonKind.Object,
        MemberKind.StringMap => value.Kind == JsonKind.Object && value.Members.All(m => m.Value.AsString is not null),
        MemberKind.Meta => value.Kind == JsonKind.Object && (value["progressToken"] is null || RpcMessage.IsId(value["progressToken"])),
        MemberKind.Id => RpcMessage.IsId(value),
        MemberKind.Value => true,
        _ => false,
    };

    private static string Expected(MemberKind kind) => kind switch
    {
        MemberKind.ToolName => "a name of [A-Za-z0-9_.-]{1,128}",
        MemberKind.Text => "a text of 1 to 2048 characters without control characters",
        MemberKind.Object => "an object",
        MemberKind.StringMap => "an object of strings",
        MemberKind.Meta => "an object whose progressToken is a string or an integer",
        MemberKind.Id => "a string or an integer",
        _ => "a value",
    };
}
