using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Api;
using Obstat.Console.Serving;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>
/// The listener of the faces, on loopback, a web server of its own beside that of the plane: what happens to it happens to nobody who asks for a decision. A port that is taken is told, and the plane goes on without.
/// </summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private const int Threads = 4;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly ConsoleSite _pages;
    private readonly FaceThreads _threads;

    private ConsoleHost(WebApplication app, ConsoleSite pages, FaceThreads threads, Uri address) => (_app, _pages, _threads, Address) = (app, pages, threads, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<ConsoleHost?> StartAsync(LoopbackAddress listen, FacesApi api, TimeProvider clock, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, listen));
        var app = builder.Build();
        ConsoleSite? pages = null;
        var threads = new FaceThreads("face", Threads);
        app.Run(http => threads.RunAsync(() => http.Request.Path.Value?.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal) == true ? api.ServeAsync(http) : pages?.ServeAsync(http) ?? NotYetAsync(http)));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            Log.ConsoleOff(logger, listen.ToString(), e.Message);
            await app.DisposeAsync();
            threads.Dispose();
            return null;
        }

        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        var address = new UriBuilder("http", listen.Host.ToString(), port).Uri;
        api.Authorities = [address.Authority, string.Create(CultureInfo.InvariantCulture, $"localhost:{port}")];
        pages = new ConsoleSite(new ConsoleOptions(address, api.Authorities, IsDevelopment: false), clock, app.Services.GetRequiredService<ILoggerFactory>());
        Log.ConsoleServing(logger, address.ToString());
        return new ConsoleHost(app, pages, threads, address);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        await _pages.DisposeAsync();
        _threads.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, LoopbackAddress listen)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 1_024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Listen(new IPEndPoint(listen.Host, listen.Port), endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }

    // Between the port and the pages, which must know it.
    private static Task NotYetAsync(HttpContext http)
    {
        http.Response.StatusCode = 503;
        return Task.CompletedTask;
    }
}
