using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Obstat.Gateway.Doors;
using Obstat.Gateway.Http;
using Obstat.Gateway.Local;
using Obstat.Gateway.Sessions;
using Obstat.Settings;

namespace Obstat.Gateway;

/// <summary>A running gateway: its listeners over one way to decisions. Ends them in order: no new connection, then the sessions and their children.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly LocalListener _local;
    private readonly HttpSessions _sessions;
    private readonly ModernSessions _modern;
    private readonly WebApplication? _http;

    private GatewayHost(LocalListener local, HttpSessions sessions, ModernSessions modern, WebApplication? http, IPEndPoint? address)
        => (_local, _sessions, _modern, _http, Http) = (local, sessions, modern, http, address);

    /// <summary>Where Streamable HTTP is served; null where it is off.</summary>
    public IPEndPoint? Http { get; }

    /// <summary>Starts the listeners that the settings name; null with the reason where one cannot be.</summary>
    /// <param name="settings">The installation.</param>
    /// <param name="door">The way to decisions.</param>
    /// <param name="told">Takes lines for the operator's log.</param>
    public static async Task<(GatewayHost? Host, string Reason)> StartAsync(InstallationSettings settings, IDoor door, Action<string> told)
    {
        var servers = new ServedServers(settings, door, TimeProvider.System, told);
        var address = settings.Listen.Local;
        if (!PrivateFolder.Prepare(Path.GetDirectoryName(address.Path)!, out var reason))
        {
            return (null, reason);
        }

        var holders = new LocalHolders();
        var local = LocalListener.Start(address, async (stream, cancellation) =>
        {
            using var connection = new LocalConnection(stream, holders, (name, tell) => servers.Find(name) is { } server ? new Session(server.Parts, server.Upstream, tell) : null);
            await connection.ServeAsync(cancellation);
        }, out reason);
        if (local is null)
        {
            return (null, reason);
        }

        told(address.IsShortened ? $"listening on {address} (the configured path {address.Wanted} is too long for a socket)" : $"listening on {address}");
        var (sessions, modern) = (new HttpSessions(TimeProvider.System), new ModernSessions(door, TimeProvider.System, servers.Find));
        if (settings.Listen.Gateway is not { } loopback)
        {
            return (new GatewayHost(local, sessions, modern, null, null), "");
        }

        try
        {
            var (http, bound) = await ServeAsync(settings, new IPEndPoint(loopback.Host, loopback.Port), door, sessions, modern, servers);
            told($"listening on http://{bound}");
            return (new GatewayHost(local, sessions, modern, http, bound), "");
        }
        catch (IOException e)
        {
            await local.DisposeAsync();
            if (e.InnerException is AddressInUseException)
            {
                throw; // no matter for another try: the program says what to do
            }

            return (null, $"http://{loopback} cannot be served: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        await _sessions.DisposeAsync();
        await _modern.DisposeAsync();
        if (_http is not null)
        {
            await _http.DisposeAsync();
        }
    }

    private static async Task<(WebApplication App, IPEndPoint Address)> ServeAsync(
        InstallationSettings settings, IPEndPoint address, IDoor door, HttpSessions sessions, ModernSessions modern, ServedServers servers)
    {
        var issuers = settings.Issuers.Select(i => i.Url);
        var endpoint = new McpEndpoint(door, sessions, modern, servers.Find, new EndpointRules(settings.Gateway.Resource, [.. issuers], settings.Gateway.Origins.ToFrozenSet(StringComparer.Ordinal)));
        var rules = new FrontRules(settings.Gateway.Hosts.ToFrozenSet(StringComparer.Ordinal), settings.Limits.RequestBytes);
        var front = new StrictFront(() => Volatile.Read(ref rules), (reason, bytes) => door.CountRefused(reason, bytes));
        var (app, bound) = await McpListener.StartAsync(address, front, endpoint.HandleAsync);

        // A configured port 0 takes a free one; the names that the gateway answers to follow it.
        var port = bound.Port.ToString(CultureInfo.InvariantCulture);
        Volatile.Write(ref rules, rules with { Hosts = rules.Hosts.Select(h => h.EndsWith(":0", StringComparison.Ordinal) ? h[..^1] + port : h).ToFrozenSet(StringComparer.Ordinal) });
        return (app, bound);
    }
}
