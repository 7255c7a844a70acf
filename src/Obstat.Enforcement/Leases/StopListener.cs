using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// Takes an operator's signed halt on a unix socket of its own, on a thread of its own, one line in and one line out: it works while the plane is dead and the pool is busy. It can stop, and nothing else.
/// </summary>
internal sealed class StopListener(Door door, string path, ImmutableArray<JwsKey> operators, IPointClock clock) : IDisposable
{
    private const int LineMax = 4096;
    private const int AgeMax = 60;
    private const int TimeoutMs = 2000;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly JwsKeySet _keys = JwsKeySet.Of(operators);
    private volatile bool _stopped;
    private Thread? _thread;

    /// <exception cref="SocketException">Its path cannot be bound.</exception>
    public void Start()
    {
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _listener.Listen(16);
        _thread = new Thread(Run) { IsBackground = true, Name = "stop listener", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopped = true;
        _listener.Dispose();
        _thread?.Join();
        File.Delete(path);
    }

    private void Run()
    {
        while (!_stopped)
        {
            try
            {
                using var socket = _listener.Accept();
                (socket.ReceiveTimeout, socket.SendTimeout) = (TimeoutMs, TimeoutMs);
                _ = socket.Send(Encoding.ASCII.GetBytes(Answer(Line(socket)) + "\n"));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // One caller less; the next is served.
            }
        }
    }

    private static string Line(Socket socket)
    {
        var bytes = new byte[LineMax];
        var count = 0;
        while (count < bytes.Length && bytes.AsSpan(0, count).IndexOf((byte)'\n') < 0)
        {
            count += socket.Receive(bytes.AsSpan(count)) is var more and > 0 ? more : throw new IOException("expected a line");
        }

        return Encoding.ASCII.GetString(bytes, 0, count).Split('\n')[0];
    }

    private string Answer(string compact)
    {
        var came = clock.Steady;
        if (!Order.TryOpen(compact, TokenProfiles.OperatorOrder, _keys, out var order, out _, out var refusal) || order.Kind != OrderKind.Halt)
        {
            return Said(false, 0, refusal.Detail ?? "expected a halt");
        }

        if (Math.Abs(clock.Wall.ToUnixTimeSeconds() - order.IssuedAt) > AgeMax)
        {
            return Said(false, 0, "expected a halt of this minute");
        }

        try
        {
            return Said(true, door.Take(order, compact, came), null);
        }
        catch (IOException e)
        {
            return Said(true, 0, $"it acts, and it is not remembered: {e.Message}");
        }
    }

    private static string Said(bool acted, int leases, string? detail) => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("acted", acted ? JsonValue.True : JsonValue.False), ("leases", JsonValue.Of(leases)), ("detail", JsonValue.Of(detail))).ToString();
}
