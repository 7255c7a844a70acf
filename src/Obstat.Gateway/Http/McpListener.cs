using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Obstat.Gateway.Http;

/// <summary>The TCP listener of this gateway: HTTP/1.1 on loopback, the strict front before the server, one handler behind it.</summary>
internal static class McpListener
{
    /// <summary>Connections at once, at most; further ones are closed. Each stream is one, and its upstream another, so descriptors are for twice as many.</summary>
    public const int ConnectionsMax = 4096;

    /// <summary>Listens.</summary>
    /// <param name="address">A loopback address; port 0 takes a free one.</param>
    /// <param name="front">The strict front.</param>
    /// <param name="handle">Answers each request.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<(WebApplication App, IPEndPoint Address)> StartAsync(IPEndPoint address, StrictFront front, RequestDelegate handle)
    {
        // The empty builder reads no configuration file, no variable and no argument: nothing of the environment moves or opens this listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Gateway" });
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromHours(24);
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _ = listen.Use(next => connection => front.RunAsync(connection, next));
            });
        });

        // What is written is sent by the thread that wrote it: a byte, and the end of a stream that is stopped, waits for no other thread. A client beyond the backlog would be let in by the kernel's retries alone, up
        // to minutes later.
        _ = builder.Services.Configure<SocketTransportOptions>(sockets => (sockets.UnsafePreferInlineScheduling, sockets.Backlog) = (true, ConnectionsMax));
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (app, IPEndPoint.Parse(new Uri(bound).Authority));
    }
}
