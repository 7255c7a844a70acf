using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Doors;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Http;

/// <summary>
/// Streamable HTTP of revision 2025-11-25: one path a server, <c>/mcp/NAME</c>, decided on the raw target. Behind the strict front, which has read the request
/// whole. No other route answers anything but the metadata of RFC 9728.
/// </summary>
/// <param name="door">The way to decisions.</param>
/// <param name="sessions">The sessions of this process.</param>
/// <param name="servers">Shared parts and unopened upstreams by registered name.</param>
/// <param name="rules">Audience and origins.</param>
internal sealed class McpEndpoint(IDoor door, HttpSessions sessions, FrozenDictionary<string, (SessionParts Parts, Func<IUpstream> Upstream)> servers, EndpointRules rules)
{
    private const string Metadata = "/.well-known/oauth-protected-resource";
    private const string Prefix = "/mcp/";
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var turn = context.Features.Get<RequestTurn>();
        context.Response.OnCompleted(() =>
        {
            turn?.End();
            return Task.CompletedTask;
        });

        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (context.Request.Method == "GET" && target.StartsWith(Metadata, StringComparison.Ordinal) && (target.Length == Metadata.Length || IsServer(target[Metadata.Length..], out _)))
        {
            await AnswerMetadataAsync(context, target[Metadata.Length..]);
        }
        else if (turn is null || !IsServer(target, out var server))
        {
            context.Response.StatusCode = 404;
        }
        else if (context.Request.Headers.Origin.Count > 0 && !rules.Origins.Contains(context.Request.Headers.Origin.ToString()))
        {
            context.Response.StatusCode = 403;
        }
        else if (Bearer(context) is not { } token)
        {
            context.Response.StatusCode = 401;
            Challenge(context, server);
        }
        else
        {
            await ServeAsync(context, turn, server, token);
        }
    }

    private async Task ServeAsync(HttpContext context, RequestTurn turn, string server, string token)
    {
        var caller = new Caller([new Assertion(AssertionKinds.AccessToken, token)], JsonValue.EmptyObject, Header(context, "Mcp-Session-Id"));
        var accept = context.Request.Headers.Accept.ToString();
        switch (context.Request.Method)
        {
            case "POST" when Accepts(accept, "application/json") && Accepts(accept, "text/event-stream"):
                await PostAsync(context, server, caller);
                break;
            case "GET" when Accepts(accept, "text/event-stream"):
                await (await FindAsync(context, server, caller) is { } session ? StreamAsync(context, turn, session) : Task.CompletedTask);
                break;
            case "DELETE":
                if (await FindAsync(context, server, caller) is { } ending)
                {
                    await sessions.EndAsync(ending);
                    context.Response.StatusCode = 204;
                }

                break;
            default:
                context.Response.StatusCode = 406;
                break;
        }
    }

    private async Task PostAsync(HttpContext context, string server, Caller caller)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        using var answer = new McpAnswer(context);
        if (caller.Session is null)
        {
            await answer.EndAsync(await OpenAsync(context, server, caller, bytes, answer), c => Challenge(c, server));
        }
        else if (await FindAsync(context, server, caller) is { } session)
        {
            // A client that goes away does not cancel what it asked (MCP 2025-11-25, transports): only the session's end does.
            await answer.EndAsync(await session.Session.AnswerAsync(bytes, caller, answer.TellAsync, session.Ended.Token), c => Challenge(c, server));
        }
    }

    /// <summary>A message without a session: only the one that opens it.</summary>
    private async Task<Reply> OpenAsync(HttpContext context, string server, Caller caller, byte[] bytes, McpAnswer answer)
    {
        if (!RpcMessage.TryParse(bytes, out var message, out var fault) || message is not { Kind: RpcKind.Request, Method: "initialize" })
        {
            if (message is { Kind: RpcKind.Request } && Header(context, "MCP-Protocol-Version") is { } revision && RevisionText.Parse(revision) != Revision.R20251125)
            {
                // A client of a later revision asks without a session; it is told what is spoken here, so that it can fall back.
                door.CountRefused(DenyReason.UnknownAction, bytes);
                return new Reply(RpcWriter.Error(message.Id, UnsupportedRevision(revision)), IsBroken: true);
            }

            door.CountRefused(DenyReason.Malformed, bytes);
            return message is null ? Reply.Error(fault.Id, fault.Code, fault.Text) : Reply.Error(message.Id, RpcCodes.InvalidRequest, "expected Mcp-Session-Id");
        }

        var (parts, upstream) = servers[server];
        if (await sessions.MakeAsync(server, tell => new Session(parts, upstream(), tell)) is not { } session)
        {
            door.CountRefused(DenyReason.Late, bytes);
            return Reply.Refused(message.Id!, new Denial(DenyReason.Late), "initialize", null);
        }

        var reply = await session.Session.AnswerAsync(bytes, caller with { Session = session.Id }, answer.TellAsync, session.Ended.Token);
        if (session.Session.Connected is null)
        {
            await session.DisposeAsync();
            return reply;
        }

        session.Learn(TokenDigest(caller));
        sessions.Keep(session);
        context.Response.Headers["Mcp-Session-Id"] = session.Id;
        return reply;
    }

    private static JsonValue UnsupportedRevision(string requested) => RpcWriter.ErrorObject(
        RpcCodes.UnsupportedRevision,
        "Unsupported protocol version",
        JsonValue.Object(("supported", JsonValue.Strings([Revision.R20251125.ToWire()])), ("requested", JsonValue.Of(requested.Length <= 64 ? requested : requested[..64]))));

    /// <summary>The session that the request names, if it is this caller's; otherwise the status says why not. Another's session is no session.</summary>
    private async Task<HttpSession?> FindAsync(HttpContext context, string server, Caller caller)
    {
        if (caller.Session is not { } id || Header(context, "MCP-Protocol-Version") != Revision.R20251125.ToWire())
        {
            context.Response.StatusCode = 400;
            return null;
        }

        var status = sessions.TryFind(id, server, out var session) ? await StandingAsync(session, caller, context.RequestAborted) : 404;
        if (status == 200)
        {
            return session;
        }

        context.Response.StatusCode = status;
        if (status == 401)
        {
            Challenge(context, server);
        }

        return null;
    }

    /// <summary>
    /// A token that this session has not seen is proved by asking for the connection again: the plane says whose it is. 200: the holder's; 404: another's, for whom there
    /// is no such session; otherwise the status of the refusal.
    /// </summary>
    private async Task<int> StandingAsync(HttpSession session, Caller caller, CancellationToken cancellation)
    {
        var token = TokenDigest(caller);
        if (session.Knows(token))
        {
            return 200;
        }

        var (parts, _) = servers[session.Server];
        if (!CanonicalAction.TryMake(new McpCall(Revision.R20251125.ToWire(), session.Server, "initialize", Session.Hello, null, null), out var action, out _))
        {
            return 400;
        }

        var ruling = await door.AskAsync(caller, action, cancellation);
        return ruling.Match(
            admission =>
            {
                var isHolder = Connected.HolderOf(admission) == session.Session.Connected!.Holder;
                parts.Close(admission, new UpstreamAnswer(null, null, null, null, 0, 0));
                if (isHolder)
                {
                    session.Learn(token);
                }

                return isHolder ? 200 : 404;
            },
            static refusal => ReasonTable.Of(refusal.Reason).HttpStatus);
    }

    private static async Task StreamAsync(HttpContext context, RequestTurn turn, HttpSession session)
    {
        if (!session.TryTakeStream())
        {
            context.Response.StatusCode = 409;
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Ended.Token, turn.Silent);
        try
        {
            McpAnswer.Stream(context);
            await context.Response.StartAsync(end.Token);
            await context.Response.Body.FlushAsync(end.Token);
            while (true)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                beat.CancelAfter(Beat);
                try
                {
                    await McpAnswer.WriteEventAsync(context, await session.Waiting.ReadAsync(beat.Token));
                }
                catch (OperationCanceledException) when (!end.IsCancellationRequested)
                {
                    // Nothing to tell: a comment finds out whether anybody listens.
                    await context.Response.Body.WriteAsync(":\n\n"u8.ToArray(), end.Token);
                    await context.Response.Body.FlushAsync(end.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The listener, or the session, is gone.
        }
        finally
        {
            session.ReleaseStream();
        }
    }

    private bool IsServer(string target, out string server)
    {
        server = target.StartsWith(Prefix, StringComparison.Ordinal) ? target[Prefix.Length..] : "";
        return servers.ContainsKey(server);
    }

    private async Task AnswerMetadataAsync(HttpContext context, string path)
    {
        var body = JsonValue.Object(
            ("resource", JsonValue.Of(rules.Resource + path)),
            ("authorization_servers", JsonValue.Strings(rules.Issuers)),
            ("bearer_methods_supported", JsonValue.Strings(["header"]))).ToCanonicalBytes();
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }

    private void Challenge(HttpContext context, string server) => context.Response.Headers.WWWAuthenticate = $"Bearer resource_metadata=\"{rules.Resource}{Metadata}{Prefix}{server}\"";

    private static Digest TokenDigest(Caller caller) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(caller.Assertions[0].Value));

    private static string? Header(HttpContext context, string name) => context.Request.Headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    private static bool Accepts(string accept, string type)
        => accept.Split(',').Any(one => one.Split(';')[0].Trim() is var media && (media.Equals(type, StringComparison.OrdinalIgnoreCase) || media == "*/*" || media == type.Split('/')[0] + "/*"));

    /// <summary>The token of <c>Authorization: Bearer TOKEN</c> (RFC 6750 §2.1), 1 to 8,192 characters of a compact token; null for anything else.</summary>
    private static string? Bearer(HttpContext context)
    {
        var value = Header(context, "Authorization");
        var token = value is not null && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value["Bearer ".Length..] : "";
        return token.Length is > 0 and <= 8192 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' or '+' or '/' or '=') ? token : null;
    }
}
