using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Api;
using Obstat.Server.Faces;
using Obstat.Settings;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Obstat.Server.Telemetry;

/// <summary>
/// The listener for what supervises the plane: <c>/livez</c>, <c>/readyz</c>, <c>/metrics</c>, without a session, because it says nothing about who asks for what or under which policies. Off unless
/// <c>listen.metrics</c> names an address. A port that is taken is told, and the plane goes on without.
/// </summary>
internal sealed class MetricsHost : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly MeterProvider _meters;

    private MetricsHost(WebApplication app, MeterProvider meters, Uri address) => (_app, _meters, Address) = (app, meters, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<MetricsHost?> StartAsync(LoopbackAddress listen, Standing standing, HealthFace health, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        var meters = Sdk.CreateMeterProviderBuilder().AddMeter(GateMeter.Name).AddPrometheusExporter(o => o.ScrapeResponseCacheDurationMilliseconds = 0).Build();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(new IPEndPoint(listen.Host, listen.Port), endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        _ = app.UseOpenTelemetryPrometheusScrapingEndpoint(meters, http => http.Request.Method == HttpMethods.Get && http.Request.Path == "/metrics", null, null, null);
        app.Run(http => AnswerAsync(http, standing, health));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            Log.MetricsOff(logger, listen.ToString(), e.Message);
            await app.DisposeAsync();
            meters.Dispose();
            return null;
        }

        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return new MetricsHost(app, meters, new UriBuilder("http", listen.Host.ToString(), port).Uri);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _meters.Dispose();
    }

    private static Task AnswerAsync(HttpContext http, Standing standing, HealthFace health)
    {
        var isGet = http.Request.Method == HttpMethods.Get;
        var query = http.Request.QueryString.Value ?? "";
        var (status, text) = http.Request.Path.Value switch
        {
            "/livez" when isGet && query.Length == 0 => (200, "ok\n"),
            "/readyz" when isGet && query is "" or "?verbose" => (standing.Refusing.Code is null ? 200 : 503, query.Length == 0 ? standing.Refusing.Code is { } code ? $"refusing {code}\n" : "ok\n" : Verbose(health.Components)),
            _ => (404, "there is nothing here\n"),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>One line for each part: <c>[+]ledger ok 12 entries</c>, <c>[-]clock refusing ClockUntrusted</c>. Whose word is taken, and what the policies say, is nobody's business here.</summary>
    private static string Verbose(ImmutableArray<ComponentView> components)
    {
        var text = new StringBuilder();
        var issuers = 0;
        foreach (var component in components)
        {
            var isIssuer = component.Name.StartsWith("issuer ", StringComparison.Ordinal);
            _ = text.Append(component.State == "refusing" ? "[-]" : component.State == "ok" ? "[+]" : "[~]")
                .Append(isIssuer ? FormattableString.Invariant($"issuer-{++issuers}") : component.Name).Append(' ').Append(component.State)
                .Append(component.Code is null ? "" : $" {component.Code}")
                .Append(component.Name == "policies" ? "" : $" {component.Measured}").Append('\n');
        }

        return text.ToString();
    }
}
