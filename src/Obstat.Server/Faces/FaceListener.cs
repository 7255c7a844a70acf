using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>
/// A loopback listener of faces: a web server of its own beside that of the plane, with threads of its own: what happens to it happens to nobody who asks for a decision. Until it is told what to serve it answers 503: pages must know their port.
/// </summary>
internal sealed class FaceListener : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly FaceThreads _threads;
    private volatile Func<HttpContext, Task>? _serve;
    private IAsyncDisposable? _pages;

    private FaceListener(WebApplication app, FaceThreads threads, Uri address) => (_app, _threads, Address) = (app, threads, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Where its pages tell what they could not do.</summary>
    public ILoggerFactory Loggers => _app.Services.GetRequiredService<ILoggerFactory>();

    /// <summary>Begins to listen; null where the address cannot be had, of which <paramref name="isOff"/> is told why.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="name">What its threads are called.</param>
    /// <param name="threads">How many they are.</param>
    /// <param name="limit">What it takes of one request, and of all.</param>
    /// <param name="logging">Where it logs.</param>
    /// <param name="isOff">Told why it does not listen.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public static async Task<FaceListener?> StartAsync(
        LoopbackAddress listen, string name, int threads, Action<KestrelServerLimits> limit, Action<ILoggingBuilder> logging, Action<string> isOff, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            limit(kestrel.Limits);
            kestrel.Listen(new IPEndPoint(listen.Host, listen.Port), endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var work = new FaceThreads(name, threads);
        FaceListener? made = null;
        app.Run(http => work.RunAsync(() => made?._serve?.Invoke(http) ?? NotYetAsync(http)));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            isOff(e.Message);
            await app.DisposeAsync();
            work.Dispose();
            return null;
        }

        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return made = new FaceListener(app, work, new UriBuilder("http", listen.Host.ToString(), port).Uri);
    }

    /// <summary>Serves from now on. The pages end with it.</summary>
    public void Serve(Func<HttpContext, Task> serve, IAsyncDisposable pages) => (_pages, _serve) = (pages, serve);

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        await (_pages?.DisposeAsync() ?? ValueTask.CompletedTask);
        _threads.Dispose();
    }

    private static Task NotYetAsync(HttpContext http)
    {
        http.Response.StatusCode = 503;
        return Task.CompletedTask;
    }
}
