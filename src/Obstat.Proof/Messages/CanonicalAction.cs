using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>
/// The action object that is decided, hashed into the permit and compared with what is forwarded. Nothing random or time-dependent is in it: the same request twice has the same hash.
/// Kind <c>mcp</c>; other kinds refuse until their door exists.
/// </summary>
public sealed class CanonicalAction
{
    /// <summary>Characters of a <c>requestState</c>, at most.</summary>
    public const int StateLengthMax = 65_536;

    private CanonicalAction(JsonValue json, McpMethod method, string server, string? name, string? uri, Digest? toolHash)
        => (Json, Row, Server, Name, Uri, ToolHash, ActHash) = (json, method, server, name, uri, toolHash, Digest.Of(json));

    /// <summary>The whole object.</summary>
    public JsonValue Json { get; }

    /// <summary>SHA-256 of its canonical form.</summary>
    public Digest ActHash { get; }

    /// <summary>The row of its method.</summary>
    public McpMethod Row { get; }

    /// <summary>The action in wire form, such as <c>mcp.tools/call</c>.</summary>
    public string WireAction => Row.WireAction!;

    /// <summary>JSON-RPC method.</summary>
    public string Method => Row.Name;

    /// <summary>Registered name of the server.</summary>
    public string Server { get; }

    /// <summary>Protocol revision.</summary>
    public string Revision => Json["rev"]!.AsString!;

    /// <summary>Tool or prompt, or null.</summary>
    public string? Name { get; }

    /// <summary>Resource, or null.</summary>
    public string? Uri { get; }

    /// <summary>Arguments, or null where there are none.</summary>
    public JsonValue? Arguments => Json["arguments"];

    /// <summary>Hash of the tool's definition; null for other methods, and for a tool that the upstream does not list.</summary>
    public Digest? ToolHash { get; }

    /// <summary>The credential that the door injects, or null.</summary>
    public string? Credential => Json["cred"]!.AsString;

    /// <summary>What a permit names in <c>identifier</c>: tool, prompt or resource; for methods about the whole server the method.</summary>
    public string Identifier => Name ?? Uri ?? Method;

    /// <summary>Makes the action of one MCP request. Refuses methods that are not asked and <c>params</c> that do not have the method's shape.</summary>
    public static bool TryMake(McpCall call, [NotNullWhen(true)] out CanonicalAction? action, out Refusal refusal)
    {
        action = null;
        var row = McpMethods.Of(call.Method);
        if (row.Gate != McpGate.Asked)
        {
            refusal = new Refusal(DenyReason.UnknownAction, "method is not one that is asked");
            return false;
        }

        if (!TryMembers(row, call.Params ?? JsonValue.EmptyObject, out var members, out var detail))
        {
            refusal = new Refusal(DenyReason.Malformed, detail);
            return false;
        }

        members.AddRange([("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of(call.Revision)), ("server", JsonValue.Of(call.Server)), ("method", JsonValue.Of(call.Method)),
            ("cred", JsonValue.Of(call.Credential))]);
        if (row.WireAction == WireActions.McpToolsCall)
        {
            members.Add(("tool_hash", JsonValue.Of(call.ToolHash?.ToBase64Url())));
        }

        return TryParse(JsonValue.Object([.. members]), out action, out refusal);
    }

    /// <summary>Reads an action object; unknown members, kinds and methods refuse.</summary>
    public static bool TryParse(JsonValue json, [NotNullWhen(true)] out CanonicalAction? action, out Refusal refusal)
    {
        action = null;
        if (json["kind"]?.AsString is { } kind && kind != "mcp")
        {
            refusal = new Refusal(DenyReason.UnknownAction, "kind of action is not known");
            return false;
        }

        var fields = new JsonFields(json, "/action");
        _ = (fields.Integer("v", 1, 1), fields.OneOf("kind", "mcp"), fields.Text("rev", 32), fields.TextOrNull("cred", 64));
        var server = fields.Text("server", 512);
        var row = McpMethods.Of(fields.Text("method", 128));
        if (fields.Error is null && row.Gate != McpGate.Asked)
        {
            refusal = new Refusal(DenyReason.UnknownAction, "method is not one that is asked");
            return false;
        }

        var (name, uri) = (fields.Has("name") ? fields.Text("name", 512) : null, fields.Has("uri") ? fields.Text("uri") : null);
        if (fields.Error is null && (name is not null, uri is not null) != Expected(row, name))
        {
            fields.Refuse(name is null ? "uri" : "name", $"what {row.Name} is about");
        }

        _ = fields.Has("arguments") ? fields.Object("arguments") : null;
        if (IsRetried(row))
        {
            _ = fields.Has("input_responses") ? fields.Object("input_responses") : null;
            if (fields.Has("state_hash") && !Digest.TryParseBase64Url(fields.Text("state_hash", 43), out _))
            {
                fields.Refuse("state_hash", "a SHA-256 in base64url");
            }
        }

        var toolHash = ReadToolHash(fields, row);
        if (!fields.Complete())
        {
            refusal = new Refusal(DenyReason.Malformed, fields.Error.ToString()!);
            return false;
        }

        (action, refusal) = (new CanonicalAction(json, row, server, name, uri, toolHash), default);
        return true;
    }

    /// <summary>Whether the object has a name, a uri: as its row says, a reference has one of them.</summary>
    private static (bool Name, bool Uri) Expected(McpMethod row, string? name) => row.Selector switch
    {
        McpSelector.Name => (true, false),
        McpSelector.Uri => (false, true),
        McpSelector.Reference => name is null ? (false, true) : (true, false),
        _ => (false, false),
    };

    /// <summary>Whether a server may answer the method with questions, so that it is asked again with the answers (MCP 2026-07-28).</summary>
    private static bool IsRetried(McpMethod row) => row.WireAction is WireActions.McpToolsCall or WireActions.McpPromptsGet || row.Name == "resources/read";

    private static Digest? ReadToolHash(JsonFields fields, McpMethod row)
    {
        if (row.WireAction != WireActions.McpToolsCall || fields.StringOrNull("tool_hash", 43) is not { } text)
        {
            return null;
        }

        if (!Digest.TryParseBase64Url(text, out var hash))
        {
            fields.Refuse("tool_hash", "a SHA-256 in base64url");
        }

        return hash;
    }

    private static bool TryMembers(McpMethod row, JsonValue parameters, out List<(string Name, JsonValue Value)> members, out string detail)
    {
        members = [];
        var fields = new JsonFields(parameters, "/params");
        switch (row.Selector)
        {
            case McpSelector.Name:
                members.Add(("name", JsonValue.Of(fields.Text("name", 512))));
                if (fields.Has("arguments"))
                {
                    members.Add(("arguments", fields.Object("arguments")));
                }

                break;
            case McpSelector.Uri:
                members.Add(("uri", JsonValue.Of(fields.Text("uri"))));
                break;
            case McpSelector.Reference:
                var reference = fields.Fields("ref");
                members.Add(reference.OneOf("type", "ref/prompt", "ref/resource") == "ref/prompt"
                    ? ("name", JsonValue.Of(reference.Text("name", 512)))
                    : ("uri", JsonValue.Of(reference.Text("uri"))));
                FieldsOf.Finish(fields, "ref", reference);
                members.Add(("arguments", Rest(fields, parameters, "ref")));
                break;
            default:
                if (parameters.Members.Length > 0)
                {
                    members.Add(("arguments", Rest(fields, parameters, null)));
                }

                break;
        }

        if (IsRetried(row))
        {
            if (fields.Has("inputResponses"))
            {
                members.Add(("input_responses", fields.Object("inputResponses")));
            }

            if (fields.Has("requestState"))
            {
                members.Add(("state_hash", JsonValue.Of(Digest.Of(Encoding.UTF8.GetBytes(fields.Text("requestState", StateLengthMax))).ToBase64Url())));
            }
        }

        var complete = fields.Complete();
        detail = fields.Error?.ToString() ?? "";
        return complete;
    }

    private static JsonValue Rest(JsonFields fields, JsonValue parameters, string? without)
        => JsonValue.Object([.. parameters.Members.Where(m => m.Name != without).Select(m => (m.Name, fields.Value(m.Name)))]);
}
