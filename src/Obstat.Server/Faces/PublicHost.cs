using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Serving;
using Obstat.Settings;

namespace Obstat.Server.Faces;

/// <summary>The listener for everybody, on loopback, for a proxy to stand before. Off unless <c>listen.public</c> names an address; a port that is taken is told, and the plane goes on without.</summary>
internal static class PublicHost
{
    private const int Threads = 2;

    /// <summary>Begins to listen; null where the address cannot be had, which was logged.</summary>
    public static async Task<FaceListener?> StartAsync(LoopbackAddress listen, PublicApi api, TimeProvider clock, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        if (await FaceListener.StartAsync(listen, "public", Threads, Limit, logging, why => Log.PublicOff(logger, listen.ToString(), why), cancellation) is not { } listener)
        {
            return null;
        }

        var pages = new PublicSite(listener.Address, clock, listener.Loggers);
        listener.Serve(http => PublicApi.Serves(http.Request.Path.Value ?? "") ? api.ServeAsync(http) : pages.ServeAsync(http), pages);
        Log.PublicServing(logger, listener.Address.ToString());
        return listener;
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxConcurrentConnections = 256;
    }
}
