using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Bytes on a fresh connection, then half-close, then everything that comes back.</summary>
internal static class RawHttp
{
    public static async Task<string> SendAsync(IPEndPoint address, byte[] bytes, bool halfClose = true)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        var received = new MemoryStream();
        try
        {
            await socket.SendAsync(bytes);
            if (halfClose)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            var buffer = new byte[8192];
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }

    /// <summary>Status codes of the final answers.</summary>
    public static int[] Statuses(string answer)
        => [.. System.Text.RegularExpressions.Regex.Matches(answer, "HTTP/1\\.1 ([0-9]{3})").Select(m => int.Parse(m.Groups[1].Value)).Where(s => s >= 200)];
}
