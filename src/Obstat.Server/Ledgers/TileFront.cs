using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Data.Sqlite;
using Obstat.Storage;
using Obstat.Storage.Serving;

namespace Obstat.Server.Ledgers;

/// <summary>
/// Serves a published log over HTTP (C2SP tlog-tiles): GET and HEAD of <c>/checkpoint</c> and <c>/tile/..</c>, nothing else. Tiles never change and are told so; the checkpoint is not to be kept.
/// What the disk has otherwise than it was published is 500, and never shown.
/// </summary>
internal sealed class TileFront : IAsyncDisposable
{
    private const int ReadersMax = 4;
    private const string Immutable = "public, max-age=31536000, immutable";

    private readonly Channel<PublishedLog> _logs = Channel.CreateBounded<PublishedLog>(ReadersMax);
    private readonly WebApplication _app;

    private TileFront(string folder, WebApplication app)
    {
        _app = app;
        for (var i = 0; i < ReadersMax; i++)
        {
            var log = PublishedLog.Open(folder);
            Origin = log.Origin;
            _ = _logs.Writer.TryWrite(log);
        }
    }

    /// <summary>Name of the log.</summary>
    public string Origin { get; } = "";

    /// <summary>Where it is served.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";

    /// <summary>Serves the log of a folder. Port 0 takes a free one. Throws where there is no log or the address is taken.</summary>
    public static async Task<TileFront> StartAsync(string folder, IPEndPoint address, CancellationToken cancellation)
    {
        // The empty builder reads no configuration file, no variable and no argument: nothing of the environment moves or opens a listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 1_024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var front = new TileFront(folder, builder.Build());
        try
        {
            front._app.Run(front.ServeAsync);
            await front._app.StartAsync(cancellation);
            return front;
        }
        catch
        {
            await front.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        while (_logs.Reader.TryRead(out var log))
        {
            log.Dispose();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        // The path decides by its raw form: a decoded one would have several spellings.
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!target.StartsWith('/') || await ReadAsync(target[1..], context) is not { } bytes)
        {
            return;
        }

        var isCheckpoint = target == "/checkpoint";
        context.Response.ContentType = isCheckpoint ? "text/plain; charset=utf-8" : "application/octet-stream";
        context.Response.Headers.CacheControl = isCheckpoint ? "no-cache" : Immutable;
        context.Response.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(string path, HttpContext context)
    {
        var log = await _logs.Reader.ReadAsync(context.RequestAborted);
        try
        {
            var bytes = log.Read(path);
            context.Response.StatusCode = bytes is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            return bytes;
        }
        catch (Exception e) when (e is LedgerUnavailableException or SqliteException or InvalidDataException)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return null;
        }
        finally
        {
            _ = _logs.Writer.TryWrite(log);
        }
    }
}
