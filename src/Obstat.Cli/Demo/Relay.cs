using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Obstat.Cli.Demo;

/// <summary>
/// Somebody who sits on the wire between gateway and plane: it reads everything and may give another answer than the plane did, or none. It stands where <c>gateway.plane</c> points to.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int HeadBytesMax = 1 << 16;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private readonly string _plane;
    private readonly Task _serving;
    private Func<Exchange, byte[]?>? _fault;

    /// <summary>Listens at <paramref name="path"/> for what shall go to the socket <paramref name="plane"/>.</summary>
    public Relay(string path, string plane)
    {
        (_path, _plane) = (path, plane);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _listener.Listen(64);
        _serving = ServeAsync();
    }

    /// <summary>Sees each exchange and gives the body that the gateway gets; null closes the connection without an answer. Null itself: everything passes.</summary>
    public void Set(Func<Exchange, byte[]?>? fault) => Volatile.Write(ref _fault, fault);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _serving.ConfigureAwait(false);
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = running.RemoveWhere(t => t.IsCompleted);
                _ = running.Add(CarryAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var down = new NetworkStream(client, ownsSocket: true);
        await using (down.ConfigureAwait(false))
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_plane), _stop.Token).ConfigureAwait(false);
                var up = new NetworkStream(socket, ownsSocket: false);
                await using (up.ConfigureAwait(false))
                {
                    while (await ReadAsync(down).ConfigureAwait(false) is { } request)
                    {
                        await up.WriteAsync((byte[])[.. request.Head, .. request.Body], _stop.Token).ConfigureAwait(false);
                        if (request.Head.AsSpan().StartsWith("GET "u8))
                        {
                            // The stream of orders is held open and only flows down.
                            await up.CopyToAsync(down, _stop.Token).ConfigureAwait(false);
                            return;
                        }

                        if (await ReadAsync(up).ConfigureAwait(false) is not { } answer)
                        {
                            return;
                        }

                        var path = Encoding.ASCII.GetString(request.Head).Split(' ')[1];
                        var given = Volatile.Read(ref _fault) is { } fault ? fault(new Exchange(path, request.Body, answer.Body)) : answer.Body;
                        if (given is null)
                        {
                            return;
                        }

                        await down.WriteAsync((byte[])[.. WithLength(answer.Head, given.Length), .. given], _stop.Token).ConfigureAwait(false);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // One of the two is gone: the other sees its connection end.
            }
        }
    }

    private async Task<(byte[] Head, byte[] Body)?> ReadAsync(NetworkStream stream)
    {
        var read = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
            if (count == 0 || read.Length > HeadBytesMax + (1 << 22))
            {
                return null;
            }

            read.Write(buffer, 0, count);
            var bytes = read.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end >= 0 && Length(bytes.AsSpan(0, end)) is var length && bytes.Length >= end + 4 + length)
            {
                return (bytes[..(end + 4)], bytes[(end + 4)..(end + 4 + length)]);
            }
        }
    }

    private static int Length(ReadOnlySpan<byte> head)
    {
        foreach (var line in Encoding.ASCII.GetString(head).Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                return int.Parse(line["Content-Length:".Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    private static byte[] WithLength(byte[] head, int length)
        => Encoding.ASCII.GetBytes(string.Join("\r\n", Encoding.ASCII.GetString(head).Split("\r\n")
            .Select(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}") : l)));
}
