using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Api;
using Obstat.Console.Serving;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>The listener of the faces, on loopback. A port that is taken is told, and the plane goes on without.</summary>
internal static class ConsoleHost
{
    private const int Threads = 4;

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<FaceListener?> StartAsync(LoopbackAddress listen, FacesApi api, TimeProvider clock, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        if (await FaceListener.StartAsync(listen, "face", Threads, Limit, logging, why => Log.ConsoleOff(logger, listen.ToString(), why), cancellation) is not { } listener)
        {
            return null;
        }

        var address = listener.Address;
        api.Authorities = [address.Authority, string.Create(CultureInfo.InvariantCulture, $"localhost:{address.Port}")];
        var pages = new ConsoleSite(new ConsoleOptions(address, api.Authorities, IsDevelopment: false), clock, listener.Loggers);
        listener.Serve(http => http.Request.Path.Value?.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal) == true ? api.ServeAsync(http) : pages.ServeAsync(http), pages);
        Log.ConsoleServing(logger, address.ToString());
        return listener;
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = 64 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxConcurrentConnections = 1_024;
    }
}
