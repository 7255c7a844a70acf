using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Tests;

/// <summary>A fake plane's side of the wire: a real socket, HTTP, and each way to fail there.</summary>
/// <param name="script">Which fault is asked for.</param>
/// <param name="answer">Answers a message.</param>
/// <param name="ordersFrom">The orders from a number on.</param>
internal sealed class FakeListener(PlaneScript script, Func<string, byte[], PlaneFault, FakeReply> answer, Func<int, string[]> ordersFrom) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, bool> _connections = new();
    private Socket? _listener;

    public int Port { get; private set; }

    /// <summary>Listens, on the same port each time.</summary>
    public void Listen()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(64);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Nothing listens, and what was connected is cut off.</summary>
    public void Kill()
    {
        _listener?.Dispose();
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Kill();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var connection = await listener.AcceptAsync();
                _connections[connection] = true;
                _ = ServeAsync(connection);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            while (await ReadRequestAsync(stream) is var (path, body))
            {
                script.Requests.Enqueue((path, Encoding.UTF8.GetString(body)));
                if (!await ReplyAsync(stream, path, body))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side went away, or this plane was killed.
        }
        finally
        {
            _ = _connections.TryRemove(connection, out _);
        }
    }

    private static async Task<(string Path, byte[] Body)?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = int.Parse(lines.SingleOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))?[16..] ?? "0");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return (lines[0].Split(' ')[1], body);
    }

    /// <summary>Answers one request; whether the connection goes on.</summary>
    private async Task<bool> ReplyAsync(NetworkStream stream, string path, byte[] body)
    {
        if (path.StartsWith(PlaneRoutes.Orders + "?", StringComparison.Ordinal))
        {
            return await OrdersAsync(stream, path);
        }

        if (path == PlaneRoutes.Beat && script.Beats == BeatFault.Silent)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        var fault = path == PlaneRoutes.Asks || (path == PlaneRoutes.Points && script.FaultsRegistrations) ? script.Fault : PlaneFault.None;
        switch (fault)
        {
            case PlaneFault.Silent:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case PlaneFault.NoHttp:
                await stream.WriteAsync("SSH-2.0-OpenSSH_9\r\n"u8.ToArray());
                return false;
            case PlaneFault.Garbage:
                return await WriteAsync(stream, new(200, "\u0001\u0002 garbage"u8.ToArray()));
            case PlaneFault.Empty:
                return await WriteAsync(stream, new(200, "{}"u8.ToArray()));
            case PlaneFault.Html:
                return await WriteAsync(stream, new(200, "<html>welcome</html>"u8.ToArray()), "text/html");
            case PlaneFault.Status500:
                return await WriteAsync(stream, new(500, "oops"u8.ToArray()), "text/plain");
            case PlaneFault.Unable:
                return await WriteAsync(stream, FakeReply.Refuse(503, DenyReason.LedgerUnavailable));
            case PlaneFault.UnknownBoot:
                return await WriteAsync(stream, FakeReply.Refuse(409, DenyReason.PlaneUnavailable));
            case PlaneFault.Redirect:
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{Port}{path}\r\nContent-Length: 0\r\n\r\n"));
                return true;
            case PlaneFault.Huge:
                return await WriteAsync(stream, new(200, new byte[PlaneClient.BodyBytesMax + 1]));
            case PlaneFault.TrueAsText:
                return await WriteAsync(stream, new(200, """{"v":1,"decision":"true"}"""u8.ToArray()));
        }

        var reply = answer(path, body, fault);
        if (fault == PlaneFault.Slow)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token);
        }

        if (fault == PlaneFault.Cut)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {reply.Body.Length}\r\n\r\n"));
            await stream.WriteAsync(reply.Body.AsMemory(0, reply.Body.Length / 2));
            return false;
        }

        return await WriteAsync(stream, reply);
    }

    private async Task<bool> OrdersAsync(NetworkStream stream, string path)
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        for (var next = int.Parse(path.Split('=')[1]); ; await Task.Delay(5, _stop.Token))
        {
            var some = ordersFrom(next);
            next += some.Length;
            foreach (var order in some)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"{order.Length + 1:x}\r\n{order}\n\r\n"));
            }
        }
    }

    private static async Task<bool> WriteAsync(NetworkStream stream, FakeReply reply, string type = "application/json")
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {reply.Status} X\r\nContent-Type: {type}\r\nContent-Length: {reply.Body.Length}\r\n\r\n"));
        await stream.WriteAsync(reply.Body);
        return true;
    }
}
