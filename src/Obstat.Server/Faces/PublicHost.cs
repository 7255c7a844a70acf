using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Serving;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>The listener for everybody, on loopback, for a proxy to stand before. Off unless <c>listen.public</c> names an address; a port that is taken is told, and the plane goes on without.</summary>
internal sealed class PublicHost : IAsyncDisposable
{
    private const int Threads = 2;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly PublicSite _pages;
    private readonly FaceThreads _threads;

    private PublicHost(WebApplication app, PublicSite pages, FaceThreads threads, Uri address) => (_app, _pages, _threads, Address) = (app, pages, threads, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<PublicHost?> StartAsync(LoopbackAddress listen, PublicApi api, TimeProvider clock, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(new IPEndPoint(listen.Host, listen.Port), endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        PublicSite? pages = null;
        var threads = new FaceThreads("public", Threads);
        app.Run(http => threads.RunAsync(() => PublicApi.Serves(http.Request.Path.Value ?? "") ? api.ServeAsync(http) : pages?.ServeAsync(http) ?? NotYetAsync(http)));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            Log.PublicOff(logger, listen.ToString(), e.Message);
            await app.DisposeAsync();
            threads.Dispose();
            return null;
        }

        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        var address = new UriBuilder("http", listen.Host.ToString(), port).Uri;
        pages = new PublicSite(address, clock, app.Services.GetRequiredService<ILoggerFactory>());
        Log.PublicServing(logger, address.ToString());
        return new PublicHost(app, pages, threads, address);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        await _pages.DisposeAsync();
        _threads.Dispose();
    }

    // Between the port and the pages, which must know it.
    private static Task NotYetAsync(HttpContext http)
    {
        http.Response.StatusCode = 503;
        return Task.CompletedTask;
    }
}
