using Obstat.Enforcement;
using Obstat.Gateway.Doors;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Http;

/// <summary>
/// Streamable HTTP of revision 2026-07-28: POST alone, no session, no resumption. The parsed body alone is decided on; each header that says something of it must be there once
/// and say the same, or nothing happens.
/// </summary>
/// <param name="door">The way to decisions.</param>
/// <param name="sessions">Who speaks it.</param>
internal sealed class ModernEndpoint(IDoor door, ModernSessions sessions)
{
    /// <summary>Answers one message.</summary>
    /// <param name="context">The exchange.</param>
    /// <param name="server">Registered name.</param>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="bytes">The whole body.</param>
    /// <param name="answer">Where messages about it go.</param>
    /// <param name="cancellation">Falls when the client has ended the exchange: that is how this revision cancels.</param>
    public async Task<Reply> AnswerAsync(HttpContext context, string server, Caller caller, byte[] bytes, McpAnswer answer, CancellationToken cancellation)
    {
        if (!RpcMessage.TryParse(bytes, out var message, out var fault))
        {
            return Refuse(DenyReason.Malformed, fault, bytes);
        }

        if (message.Kind is not (RpcKind.Request or RpcKind.Notification) || context.Request.Headers.ContainsKey("Mcp-Session-Id") || context.Request.Headers.ContainsKey("Last-Event-ID"))
        {
            return Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.InvalidRequest, "expected a request without a session", message.Id), bytes);
        }

        var headers = context.Request.Headers.Where(h => h.Value.Count == 1).ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value[0] ?? "", StringComparer.Ordinal);
        if (Differs(message, headers) is { } header)
        {
            return Refuse(DenyReason.Malformed, new RpcFault(RpcCodes.HeaderMismatch, $"expected {header} to say what the body says", message.Id), bytes);
        }

        var version = headers["mcp-protocol-version"];
        if (RevisionText.Parse(version) != Revision.R20260728)
        {
            door.CountRefused(DenyReason.UnknownAction, bytes);
            return message.Id is { } asking ? Reply.Unsupported(asking, sessions.Known(server, caller)?.Connected is { Versions.IsEmpty: false } known ? known.Versions : RevisionText.All, version) : Reply.None with { Status = 400 };
        }

        // What is not understood is refused before anybody is asked.
        if (!McpRequest.TryRead(message, Revision.R20260728, out _, out fault))
        {
            return Refuse(fault.Code == RpcCodes.MethodNotFound ? DenyReason.UnknownAction : DenyReason.Malformed, fault, bytes);
        }

        if (message.Id is not { } id)
        {
            // An exchange is cancelled by its end: there is nothing that a notification could be about.
            door.CountRefused(DenyReason.UnknownAction, bytes);
            return Reply.None;
        }

        var (session, refusal) = await sessions.FindAsync(server, caller, id, cancellation);
        return session is null ? refusal : await session.AnswerAsync(message, bytes, caller, new Exchange(answer.TellAsync, headers), cancellation);
    }

    /// <summary>The first header that does not say what the body says; null where all do.</summary>
    private static string? Differs(RpcMessage message, Dictionary<string, string> headers)
    {
        var named = message.Body?["_meta"]?[MetaNames.ProtocolVersion];
        var subject = message.Method switch
        {
            "tools/call" or "prompts/get" => message.Body?["name"],
            "resources/read" => message.Body?["uri"],
            _ => null,
        };
        return 0 switch
        {
            _ when named is not null && named.AsString != headers.GetValueOrDefault("mcp-protocol-version") => "MCP-Protocol-Version",
            _ when headers.GetValueOrDefault("mcp-method") != message.Method => "Mcp-Method",
            _ when !Says(headers.GetValueOrDefault("mcp-name"), subject) => "Mcp-Name",
            _ => null,
        };
    }

    private static bool Says(string? header, JsonValue? subject)
        => header is null ? subject is null : subject?.AsString is { } text && HeaderText.TryDecode(header, out var said) && said == text;

    private Reply Refuse(DenyReason reason, RpcFault fault, byte[] bytes)
    {
        door.CountRefused(reason, bytes);
        return Reply.Error(fault);
    }
}
