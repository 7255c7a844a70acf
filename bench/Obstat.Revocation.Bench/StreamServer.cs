using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Obstat.Revocation.Bench;

/// <summary>
/// Role: a tool server over Streamable HTTP whose one tool tells its progress until somebody cuts the connection. One thread writes for all streams, each in its own phase, so that the server takes
/// as little of the machine as it can.
/// </summary>
internal sealed class StreamServer(TimeSpan every) : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<(Socket Socket, byte[] Event)> _begun = new();

    /// <summary>Serves until the process ends; says where on standard output.</summary>
    public async Task RunAsync()
    {
        _listener.Start(4096);
        Console.WriteLine($"{{\"listening\":\"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/mcp\"}}");
        new Thread(Emit) { IsBackground = true, Name = "emitter" }.Start();
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Emit()
    {
        var phases = Math.Max(1, (int)every.TotalMilliseconds);
        var slots = Enumerable.Range(0, phases).Select(_ => new List<(Socket Socket, byte[] Event)>()).ToArray();
        var (phase, next, clock) = (0, TimeSpan.Zero, Stopwatch.StartNew());
        while (true)
        {
            while (_begun.TryDequeue(out var one))
            {
                slots.MinBy(s => s.Count)!.Add(one);
            }

            _ = slots[phase].RemoveAll(one => !TrySend(one.Socket, one.Event));
            phase = (phase + 1) % phases;
            next += every / phases;
            if (next - clock.Elapsed is var wait && wait > TimeSpan.Zero)
            {
                Thread.Sleep(wait);
            }
            else if (wait < -every)
            {
                // What could not be sent in time is not caught up with: the rate that a run reaches is measured where it arrives.
                next = clock.Elapsed;
            }
        }
    }

    private static bool TrySend(Socket socket, byte[] bytes)
    {
        _ = socket.Send(bytes, 0, bytes.Length, SocketFlags.None, out var error);
        if (error is SocketError.Success or SocketError.WouldBlock)
        {
            return true;
        }

        socket.Dispose();
        return false;
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            using var stream = new NetworkStream(socket, ownsSocket: false);
            while (await ReadAsync(stream) is { } body)
            {
                if (body.Length > 0 && JsonDocument.Parse(body).RootElement is var message && message.GetProperty("method").GetString() == "tools/call")
                {
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"u8.ToArray());
                    var token = message.GetProperty("params").GetProperty("_meta").GetProperty("progressToken").GetRawText();
                    socket.Blocking = false;
                    var one = Encoding.UTF8.GetBytes($$$$"""data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{{token}}}},"progress":1}}""" + "\n\n");

                    // The first at once, so that whoever waits until a stream runs waits for no turn of it.
                    if (TrySend(socket, one))
                    {
                        _begun.Enqueue((socket, one));
                    }

                    return;
                }

                await AnswerAsync(stream, body);
            }

            socket.Dispose();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }

    private static async Task AnswerAsync(NetworkStream stream, string body)
    {
        var message = body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
        var id = body.Length > 0 && message.TryGetProperty("id", out var given) ? given.GetRawText() : null;
        var result = (body.Length == 0 ? "" : message.GetProperty("method").GetString()) switch
        {
            "initialize" => """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"streams","version":"1"}}""",
            "tools/list" => """{"tools":[{"name":"watch","description":"Tells its progress.","inputSchema":{"type":"object"}}]}""",
            _ => "{}",
        };
        var json = $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(body.Length == 0 ? "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"
            : id is null ? "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{json}"));
    }

    private static async Task<string?> ReadAsync(NetworkStream stream)
    {
        var (bytes, count, head) = (new byte[1 << 16], 0, -1);
        while ((head = bytes.AsSpan(0, count).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var more = await stream.ReadAsync(bytes.AsMemory(count));
            if (more == 0)
            {
                return null;
            }

            count += more;
        }

        var lines = Encoding.ASCII.GetString(bytes, 0, head).Split("\r\n");
        var length = lines.FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line ? int.Parse(line[15..], CultureInfo.InvariantCulture) : 0;
        await stream.ReadExactlyAsync(bytes.AsMemory(count, head + 4 + length - count));
        return Encoding.UTF8.GetString(bytes, head + 4, length);
    }
}
