using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Api;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>
/// The listener of the faces, on loopback, a web server of its own beside that of the plane: what happens to it happens to nobody who asks for a decision. A port that is taken is told, and the plane goes on without.
/// </summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private ConsoleHost(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<ConsoleHost?> StartAsync(LoopbackAddress listen, FacesApi api, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, listen));
        var app = builder.Build();
        app.Run(http => http.Request.Path.Value?.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal) == true ? api.ServeAsync(http) : NothingAsync(http));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            Log.ConsoleOff(logger, listen.ToString(), e.Message);
            await app.DisposeAsync();
            return null;
        }

        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        var address = new UriBuilder("http", listen.Host.ToString(), port).Uri;
        api.Authorities = [address.Authority, string.Create(CultureInfo.InvariantCulture, $"localhost:{port}")];
        Log.ConsoleServing(logger, address.ToString());
        return new ConsoleHost(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
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

    private static Task NothingAsync(HttpContext http)
    {
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
