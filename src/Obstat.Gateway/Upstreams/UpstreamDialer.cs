using System.Net;
using System.Net.Sockets;

namespace Obstat.Gateway.Upstreams;

/// <summary>How an upstream is dialled: no redirect, cookie, proxy or credential, and no way into a private network but the one that the registration names.</summary>
internal static class UpstreamDialer
{
    /// <summary>A client stack that adds nothing of its own.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        Credentials = null,
        PreAuthenticate = false,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        ConnectTimeout = TimeSpan.FromSeconds(5),

        // Kept for less than servers keep them (5 s and more): one that the server gave up is seldom met. Bodies are sent once (OneSend), whatever the library would repeat.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        ConnectCallback = ConnectAsync,
    };

    /// <summary>Dials what the registration names. A name that leads into a private network is refused: only the registration itself may say so, as an address or as localhost.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var isNamed = !IPAddress.TryParse(host.Trim('[', ']'), out _) && host != "localhost";
        foreach (var address in await Dns.GetHostAddressesAsync(host, cancellation))
        {
            if (isNamed && IsPrivate(address))
            {
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new SocketException((int)SocketError.HostUnreachable);
    }

    private static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        return IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6SiteLocal || plain.IsIPv6UniqueLocal || plain.IsIPv6Multicast || plain.Equals(IPAddress.IPv6Any)
            || (bytes.Length == 4 && (bytes[0] is 0 or 10 or 127 or >= 224 || (bytes[0], bytes[1]) is (169, 254) or (192, 168) or (172, >= 16 and <= 31) or (100, >= 64 and <= 127)));
    }
}
