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
/// Streamable HTTP: one path a server, <c>/mcp/NAME</c>, decided on the raw target. Behind the strict front, which has read the request
/// whole. No other route answers anything but the metadata of RFC 9728. The
/// header of the revision says which of the two is spoken; sessions here are those of 2025-11-25.
/// </summary>
/// <param name="door">The way to decisions.</param>
/// <param name="sessions">The sessions of this process.</param>
/// <param name="modern">Who speaks revision 2026-07-28.</param>
/// <param name="servers">A server by its registered name; null where there is none.</param>
/// <param name="rules">Audience and origins.</param>
internal sealed class McpEndpoint(
    IDoor door, HttpSessions sessions, ModernSessions modern, Func<string, Served?> servers, EndpointRules rules)
{
    private const string Metadata = "/.well-known/oauth-protected-resource";
    private const string Prefix = "/mcp/";
    private const string VersionHeader = "MCP-Protocol-Version";
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);
    private readonly ModernEndpoint _modern = new(door, modern);

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
        var isLater = Header(context, VersionHeader) is { } version && version != Revision.R20251125.ToWire();
        switch (context.Request.Method)
        {
            case "GET" or "DELETE" when isLater:
                context.Response.StatusCode = 405;
                context.Response.Headers.Allow = "POST";
                break;
            case "POST" when isLater && Accepts(accept, "application/json") && Accepts(accept, "text/event-stream"):
                await PostAloneAsync(context, turn, server, caller);
                break;
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

    /// <summary>Revision 2026-07-28: an exchange that stands by itself, and is cancelled by its end.</summary>
    private async Task PostAloneAsync(HttpContext context, RequestTurn turn, string server, Caller caller)
    {
        var bytes = await BodyAsync(context);
        using var answer = new McpAnswer(context, null);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, turn.Silent);
        await answer.EndAsync(await _modern.AnswerAsync(context, server, caller with { Session = null }, bytes, answer, end.Token), c => Challenge(c, server));
    }

    private async Task PostAsync(HttpContext context, string server, Caller caller)
    {
        var bytes = await BodyAsync(context);
        if (caller.Session is null)
        {
            using var first = new McpAnswer(context, null);
            await first.EndAsync(await OpenAsync(context, server, caller, bytes, first), c => Challenge(c, server));
        }
        else if (await FindAsync(context, server, caller) is { } session)
        {
            using var answer = new McpAnswer(context, session.Streams.Begin);

            // A client that goes away does not cancel what it asked (MCP 2025-11-25, transports): only the session's end does.
            await answer.EndAsync(await session.Session.AnswerAsync(bytes, caller, answer.TellAsync, session.Ended.Token), c => Challenge(c, server));
        }
    }

    /// <summary>A message without a session: only the one that opens it.</summary>
    private async Task<Reply> OpenAsync(HttpContext context, string server, Caller caller, byte[] bytes, McpAnswer answer)
    {
        if (!RpcMessage.TryParse(bytes, out var message, out var fault) || message is not { Kind: RpcKind.Request, Method: "initialize" })
        {
            door.CountRefused(DenyReason.Malformed, bytes);
            return message is null ? Reply.Error(fault)
                : message.Body?["_meta"]?[MetaNames.ProtocolVersion] is not null ? Reply.Error(message.Id, RpcCodes.HeaderMismatch, $"expected {VersionHeader} to say what the body says")
                : Reply.Error(message.Id, RpcCodes.InvalidRequest, "expected Mcp-Session-Id");
        }

        if (servers(server) is not ({ } parts, { } upstream))
        {
            return Reply.None with { Status = 404 };
        }

        if (await sessions.MakeAsync(server, tell => new Session(parts, upstream, tell)) is not { } session)
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

    /// <summary>The session that the request names, if it is this caller's; otherwise the status says why not. Another's session is no session.</summary>
    private async Task<HttpSession?> FindAsync(HttpContext context, string server, Caller caller)
    {
        if (caller.Session is not { } id || Header(context, VersionHeader) != Revision.R20251125.ToWire())
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

        if (servers(session.Server) is not { Parts: var parts })
        {
            return 404;
        }

        var ruling = await door.AskAsync(caller, Session.Connecting(session.Server, Revision.R20251125), cancellation);
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

    /// <summary>What belongs to no request, as it comes; or, with the id of the last event that the client had, the stream of that event from there on.</summary>
    private static async Task StreamAsync(HttpContext context, RequestTurn turn, HttpSession session)
    {
        var (stream, after) = (session.Streams.Own, session.Streams.Own.Given);
        if (Header(context, "Last-Event-ID") is { } last && !session.Streams.TryFind(last, out stream!, out after))
        {
            context.Response.StatusCode = 404;
            return;
        }

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
            await using var events = stream.ReadAsync(after, end.Token).GetAsyncEnumerator(end.Token);
            for (var next = events.MoveNextAsync().AsTask(); ; next = events.MoveNextAsync().AsTask())
            {
                while (await Task.WhenAny(next, Task.Delay(Beat, end.Token)) != next && !end.IsCancellationRequested)
                {
                    // Nothing to tell: a comment finds out whether anybody listens.
                    await context.Response.Body.WriteAsync(":\n\n"u8.ToArray(), end.Token);
                    await context.Response.Body.FlushAsync(end.Token);
                }

                if (!await next)
                {
                    return;
                }

                await McpAnswer.WriteEventAsync(context, stream.IdOf(events.Current.Number), events.Current.Message);
                stream.Give(events.Current.Number);
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

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private bool IsServer(string target, out string server)
    {
        server = target.StartsWith(Prefix, StringComparison.Ordinal) ? target[Prefix.Length..] : "";
        return servers(server) is not null;
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
