using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// Reads the plane's orders as they are pushed, on a thread of its own with blocking reads: between the order and its effect stands no pool. Only an accelerator: without it the next beat, or silence, stops the same.
/// </summary>
internal sealed class OrderReader(Door door, PlaneAddress plane, IPointClock clock) : IDisposable
{
    private const int LineMax = 8192;

    /// <summary>Three missed pings.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private readonly ManualResetEventSlim _stop = new();
    private Socket? _socket;
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "order reader", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        Volatile.Read(ref _socket)?.Dispose();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var pause = PauseMin;
        while (!_stop.Wait(pause))
        {
            var read = false;
            try
            {
                read = door.Boot.Session.View is { } && Read();
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or FormatException)
            {
                // The plane is away or speaks nonsense: another connection is tried.
            }

            pause = read || pause >= PauseMax ? PauseMin : pause * 2;
        }
    }

    /// <summary>Reads one connection to its end. True when it was one.</summary>
    private bool Read()
    {
        using var socket = plane.Connect(SilenceMax);
        Volatile.Write(ref _socket, socket);
        if (_stop.IsSet)
        {
            return false;
        }

        using var stream = new NetworkStream(socket);
        var head = door.OrdersHead.ToString(CultureInfo.InvariantCulture);
        stream.Write(Encoding.ASCII.GetBytes($"GET {PlaneRoutes.Orders}?after={head} HTTP/1.1\r\nHost: plane.invalid\r\nConnection: close\r\n\r\n"));
        var lines = new BufferedStream(stream, 16 * 1024);
        if (!Line(lines).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            return false;
        }

        var chunked = false;
        for (var line = Line(lines); line.Length > 0; line = Line(lines))
        {
            chunked |= line.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        }

        var pending = new StringBuilder();
        while (chunked && Chunk(lines) is { Length: > 0 } chunk)
        {
            foreach (var one in chunk)
            {
                if (one != '\n')
                {
                    _ = pending.Length < LineMax ? pending.Append(one) : throw new IOException("expected an order, got a longer line");
                    continue;
                }

                Take(pending.ToString());
                _ = pending.Clear();
            }
        }

        return true;
    }

    private void Take(string compact)
    {
        var came = clock.Steady;
        var keys = door.Boot.Session.View?.Keys.Of(KeyRole.Lease, clock.Wall.ToUnixTimeSeconds()) ?? JwsKeySet.Empty;
        if (!Order.TryOpen(compact, TokenProfiles.PlaneOrder, keys, out var order, out _, out _))
        {
            throw new IOException("expected an order of the plane");
        }

        if (order.Kind != OrderKind.Ping)
        {
            _ = door.Take(order, null, came);
        }

        door.Applied(order.N);
    }

    private static string Chunk(Stream stream)
    {
        var length = int.Parse(Line(stream), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (length is < 0 or > 1 << 20)
        {
            throw new IOException("expected a chunk of orders");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Line(stream).Length == 0 ? Encoding.ASCII.GetString(bytes) : throw new IOException("expected the end of a chunk");
    }

    private static string Line(Stream stream)
    {
        var line = new StringBuilder();
        while (true)
        {
            switch (stream.ReadByte())
            {
                case -1:
                    throw new IOException("the plane closed the stream of orders");
                case '\n':
                    return line.ToString();
                case '\r':
                    break;
                case var one:
                    _ = line.Length < LineMax ? line.Append((char)one) : throw new IOException("expected a shorter line");
                    break;
            }
        }
    }
}
