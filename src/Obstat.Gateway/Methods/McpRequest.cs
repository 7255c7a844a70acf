using System.Diagnostics.CodeAnalysis;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Pins;

namespace Obstat.Gateway.Methods;

/// <summary>
/// A request or notification of a client whose method and params are understood. What it forwards is made from what it understood: a member that is not in
/// the method's row refuses; <c>_meta</c> is read and made anew, and nothing of it is decided on.
/// </summary>
internal sealed class McpRequest
{
    private McpRequest(McpMethod method, Revision revision, JsonValue? id, JsonValue parameters, RequestMeta meta, bool hasParameters)
        => (Method, Revision, Id, Parameters, Meta, _hasParameters) = (method, revision, id, parameters, meta, hasParameters);

    private readonly bool _hasParameters;

    /// <summary>The row of the method.</summary>
    public McpMethod Method { get; }

    /// <summary>The client's id; null for a notification.</summary>
    public JsonValue? Id { get; }

    /// <summary>The params without <c>_meta</c>; an empty object where none came.</summary>
    public JsonValue Parameters { get; }

    /// <summary>The revision that it is read in.</summary>
    public Revision Revision { get; }

    /// <summary>What it says of itself.</summary>
    public RequestMeta Meta { get; }

    /// <summary>The tool or prompt that is named; null where none is.</summary>
    public string? Name => Parameters["name"]?.AsString;

    /// <summary>What the request is about, as the header <c>Mcp-Name</c> says it (2026-07-28): tool, prompt or resource; null where the method has none.</summary>
    public string? Subject => Method.Name switch
    {
        "tools/call" or "prompts/get" => Name,
        "resources/read" => Parameters["uri"]?.AsString,
        _ => null,
    };

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
            fault = new RpcFault(other ? RpcCodes.InvalidRequest : RpcCodes.MethodNotFound, other ? "expected an id" : "Method not found", message.Id, revision == Revision.R20260728 && !other ? 404 : null);
            return false;
        }

        var parameters = message.Body ?? JsonValue.EmptyObject;
        if (!RequestMeta.TryRead(parameters["_meta"], revision, !isNotification, out var meta))
        {
            fault = new RpcFault(RpcCodes.InvalidParams, revision == Revision.R20260728 ? $"expected _meta with {MetaNames.ProtocolVersion} and {MetaNames.ClientCapabilities}" : Expected(MemberKind.Meta) + " at /params/_meta", message.Id,
                revision == Revision.R20260728 ? 400 : null);
            return false;
        }

        if (Mistake(row, message.Body) is { } mistake)
        {
            fault = new RpcFault(RpcCodes.InvalidParams, mistake, message.Id);
            return false;
        }

        request = new McpRequest(row, revision, message.Id, parameters["_meta"] is null ? parameters : parameters.Without("_meta"), meta, message.Body is not null);
        fault = default;
        return true;
    }

    /// <summary>The params that are decided on, and that go to the upstream: all that came but <c>_meta</c>.</summary>
    public JsonValue? Decided => _hasParameters ? Parameters : null;

    /// <summary>The params that go to the upstream: what was decided on, and our own <c>_meta</c>.</summary>
    /// <param name="token">Our progress token, where progress is wanted.</param>
    /// <param name="capabilities">What the upstream is told that the client's side can do.</param>
    public JsonValue? Forwarded(long? token, JsonValue capabilities) => Meta.Forwarded(token, Revision, capabilities) is { } meta ? Parameters.With("_meta", meta) : Decided;

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
        MemberKind.Meta => value.Kind == JsonKind.Object,
        MemberKind.Id => RpcMessage.IsId(value),
        MemberKind.Value => true,
        MemberKind.Responses => value.Kind == JsonKind.Object && value.Members.All(m => m.Value.Kind == JsonKind.Object),
        MemberKind.State => value.AsString is { Length: <= CanonicalAction.StateLengthMax },
        MemberKind.Filter => SubscriptionFilter.TryRead(value, out _),
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
        MemberKind.Responses => "an object of objects",
        MemberKind.State => "a string of at most 65,536 characters",
        MemberKind.Filter => "toolsListChanged, promptsListChanged, resourcesListChanged and resourceSubscriptions alone",
        _ => "a value",
    };
}
