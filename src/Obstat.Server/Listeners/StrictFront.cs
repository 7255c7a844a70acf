using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Server.Listeners;

/// <summary>
/// What stands before every route: the peer is this user, the request is one POST of HTTP/1.1 with a length, of JSON, to a path of this listener. Everything else is refused before its body is read.
/// </summary>
internal static class StrictFront
{
    /// <summary>Largest body: 1 MiB.</summary>
    public const int BodyBytesMax = 1 << 20;

    /// <summary>Binds a unix socket whose connections are served by these routes alone.</summary>
    public static void Listen(KestrelServerOptions kestrel, UnixAddress address, Routes routes, ILogger logger, uint owner) => kestrel.ListenUnixSocket(address.Path, listen =>
    {
        listen.Protocols = HttpProtocols.Http1;
        _ = listen.Use(next => async connection =>
        {
            var uid = PeerCredentials.UserIdOf(connection.Features.Get<IConnectionSocketFeature>()?.Socket);
            if (uid != owner)
            {
                Log.PeerRefused(logger, uid ?? -1);
                connection.Abort(new ConnectionAbortedException("expected a peer of the same user"));
                return;
            }

            connection.Features.Set(new Peer(uid.Value, routes));
            await next(connection);
        });
    });

    /// <summary>Serves one request.</summary>
    public static async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Method == HttpMethods.Get && context.Request.ContentLength is null or 0
            && context.Features.Get<Peer>()?.Routes.FindStream(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "") is { } stream)
        {
            await stream(context);
            return;
        }

        var answer = await AnswerAsync(context);
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static async Task<Answer> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<Peer>() is not { } peer)
        {
            return Answer.Refused(403, DenyReason.IdentityUnverifiable);
        }

        // The path decides by its raw form: a decoded one would have several spellings.
        if (peer.Routes.Find(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "") is not { } serve)
        {
            return Answer.Refused(404, DenyReason.UnknownAction);
        }

        if (request.Method != HttpMethods.Post)
        {
            return Answer.Refused(405, DenyReason.UnknownAction);
        }

        if (request.ContentType != PlaneMessage.ContentType || request.Headers.ContentEncoding.Count > 0)
        {
            return Answer.Refused(415, DenyReason.Malformed);
        }

        if (request.ContentLength is not { } length)
        {
            return Answer.Refused(411, DenyReason.Malformed);
        }

        if (length > BodyBytesMax)
        {
            return Answer.Refused(413, DenyReason.Malformed);
        }

        var body = new byte[length];
        try
        {
            await request.Body.ReadExactlyAsync(body, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        return await serve(body, peer, context.RequestAborted);
    }
}
