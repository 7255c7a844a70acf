using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Obstat.Console.Serving;

/// <summary>
/// The pages. They hold no key and see no store: whatever they show, the read API told them under the reader's own session. Every path is listed; GET changes nothing; a request under another host's
/// name, or a form that was not given here, is refused. Safe for concurrent use.
/// </summary>
public sealed class ConsoleSite : IAsyncDisposable
{
    /// <summary>Pages that are made at once; decisions run on the same processors.</summary>
    private const int PagesAtOnce = 4;

    private static readonly byte[] Busy = [.. "Busy: too many pages are asked for at once. Enforcement is not affected. Load the page again."u8];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(2);

    private readonly ConsoleOptions _options;
    private readonly HttpClient _http;
    private readonly HttpClient _streams;
    private readonly PageWriter _writer;
    private readonly Reading _reading;
    private readonly Acting _acting;
    private readonly LiveRelay _live = new();
    private readonly SemaphoreSlim _turns = new(PagesAtOnce, PagesAtOnce);

    /// <summary>The pages over an API.</summary>
    public ConsoleSite(ConsoleOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        (_http, _streams) = (Client(options.Api, Patience), Client(options.Api, Timeout.InfiniteTimeSpan));
        _writer = new PageWriter(loggers);
        var seal = new FormSeal();
        var replies = new Replies(_writer, options, seal, clock);
        (_reading, _acting) = (new Reading(replies, seal), new Acting(replies, seal, options));
    }

    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Headers.Set(context.Response);
        if (!_options.Authorities.Contains(context.Request.Host.Value, StringComparer.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        var path = context.Request.Path.Value ?? "/";
        var isStream = path == "/events";
        var session = context.Request.Cookies[Acting.CookieName(context.Request)];
        var visit = new Visit(context, path, new ApiClient(isStream ? _streams : _http, session), session, Look.Parse(context.Request.Cookies[Look.Cookie]));
        try
        {
            await (context.Request.Method switch
            {
                "GET" or "HEAD" when isStream => visit["demo"] == "1" ? DemoRelay.ServeAsync(visit) : _live.ServeAsync(visit),
                "GET" or "HEAD" => ReadAsync(visit),
                "POST" => _acting.ServeAsync(visit),
                _ => Refuse(context),
            });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went away.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _streams.Dispose();
        _turns.Dispose();
        await _writer.DisposeAsync();
    }

    private async Task ReadAsync(Visit visit)
    {
        if (!await _turns.WaitAsync(TurnPatience, visit.Cancellation))
        {
            visit.Http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            visit.Http.Response.Headers.RetryAfter = "1";
            await Replies.BytesAsync(visit.Http, Busy, "text/plain; charset=utf-8");
            return;
        }

        try
        {
            await _reading.ServeAsync(visit);
        }
        finally
        {
            _ = _turns.Release();
        }
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private static HttpClient Client(Uri api, TimeSpan patience) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { BaseAddress = api, Timeout = patience };
}
