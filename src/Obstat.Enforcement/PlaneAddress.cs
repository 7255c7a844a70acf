using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Obstat.Enforcement;

/// <summary>Where the plane listens for points: a unix socket, or a port of this machine. Other machines need TLS with the point's key, which is not spoken yet, so they refuse.</summary>
public sealed class PlaneAddress
{
    private readonly EndPoint _end;

    private PlaneAddress(EndPoint end, string text) => (_end, Text) = (end, text);

    /// <summary>The address as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads <c>unix:PATH</c>, <c>127.0.0.1:PORT</c>, <c>[::1]:PORT</c> or <c>localhost:PORT</c>; anything else refuses.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PlaneAddress? address)
    {
        address = null;
        if (text is null)
        {
            return false;
        }

        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            // 104 bytes on macOS, 108 on Linux, with the terminating zero.
            var path = text[5..];
            address = path.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(path) <= 100 ? new PlaneAddress(new UnixDomainSocketEndPoint(path), text) : null;
            return address is not null;
        }

        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : "";
        host = host == "localhost" ? "127.0.0.1" : host == "[::1]" ? "::1" : host;
        if (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip) && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
        {
            address = new PlaneAddress(new IPEndPoint(ip, port), text);
        }

        return address is not null;
    }

    /// <summary>Opens a connection.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        var socket = _end is IPEndPoint ip ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(_end, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection on the calling thread, without the pool.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    internal Socket Connect(TimeSpan receiveTime)
    {
        var socket = _end is IPEndPoint ip ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            (socket.ReceiveTimeout, socket.SendTimeout) = ((int)receiveTime.TotalMilliseconds, (int)receiveTime.TotalMilliseconds);
            socket.Connect(_end);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
