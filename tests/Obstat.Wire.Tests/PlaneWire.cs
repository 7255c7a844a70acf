using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Obstat.Wire.Tests;

/// <summary>Who carries the bytes between a gateway and its plane: late, to another plane, or with an answer of his own. Stands where <c>gateway.plane</c> points to.</summary>
internal sealed class PlaneWire : IAsyncDisposable
{
    private static readonly byte[] Garbage = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"v\":1,\"}");

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Task _serving;
    private long _accepted;

    public PlaneWire(string path, Func<Task<Socket>> dial)
    {
        Dial = dial;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(64);
        _serving = ServeAsync();
    }

    /// <summary>How the plane is reached.</summary>
    public Func<Task<Socket>> Dial { get; set; }

    /// <summary>How long each byte of the plane is kept before the gateway gets it.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether everything is answered with 200 and a body that is no message.</summary>
    public bool SpeaksGarbage { get; set; }

    /// <summary>Timestamp of the first connection that reached the plane since the last <see cref="Reset"/>; 0 before.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How a plane on this machine is reached.</summary>
    public static Func<Task<Socket>> To(string path) => async () =>
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    };

    /// <summary>Waits anew for the first connection that reaches the plane.</summary>
    public void Forget() => Interlocked.Exchange(ref _accepted, 0);

    /// <summary>Breaks every connection, and waits anew for the first that reaches the plane.</summary>
    public void Reset()
    {
        Forget();
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Reset();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(Socket gateway)
    {
        Socket? plane = null;
        try
        {
            _open[gateway] = true;
            if (SpeaksGarbage)
            {
                var buffer = new byte[1 << 16];
                while (await gateway.ReceiveAsync(buffer) > 0)
                {
                    _ = await gateway.SendAsync(Garbage);
                }

                return;
            }

            plane = await Dial();
            _open[plane] = true;
            _ = Interlocked.CompareExchange(ref _accepted, Stopwatch.GetTimestamp(), 0);
            await BetweenAsync(gateway, plane, () => Delay);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two is gone: the other sees its connection end.
        }
        finally
        {
            foreach (var socket in new[] { gateway, plane }.OfType<Socket>())
            {
                _ = _open.TryRemove(socket, out _);
                socket.Dispose();
            }
        }
    }

    /// <summary>Carries one connection to the end of either side.</summary>
    public static async Task CarryAsync(Socket from, Func<Task<Socket>> dial)
    {
        try
        {
            using (from)
            {
                using var to = await dial();
                await BetweenAsync(from, to, static () => TimeSpan.Zero);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two is gone: the other sees its connection end.
        }
    }

    private static Task<Task> BetweenAsync(Socket gateway, Socket plane, Func<TimeSpan> delay)
        => Task.WhenAny(PumpAsync(gateway, plane, static () => TimeSpan.Zero), PumpAsync(plane, gateway, delay));

    private static async Task PumpAsync(Socket from, Socket to, Func<TimeSpan> delay)
    {
        var kept = Channel.CreateUnbounded<(byte[] Bytes, long Came)>();
        var giving = GiveAsync(kept.Reader, to, delay);
        try
        {
            var buffer = new byte[1 << 16];
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                _ = kept.Writer.TryWrite((buffer[..count], Stopwatch.GetTimestamp()));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // What was received before is still given.
        }

        _ = kept.Writer.TryComplete();
        await giving;
    }

    private static async Task GiveAsync(ChannelReader<(byte[] Bytes, long Came)> kept, Socket to, Func<TimeSpan> delay)
    {
        try
        {
            await foreach (var (bytes, came) in kept.ReadAllAsync())
            {
                var left = delay() - Stopwatch.GetElapsedTime(came);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                _ = await to.SendAsync(bytes);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody takes it any more.
        }
    }
}
