using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>A tool server over Streamable HTTP whose one tool never ends: it tells its progress every 10 ms until somebody cuts the connection. Counts the streams that run.</summary>
internal sealed class StreamServer : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _streams;

    public StreamServer()
    {
        _listener.Start(1024);
        _ = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/mcp");

    /// <summary>Streams that run now.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                while (await ReadAsync(stream) is { } body)
                {
                    await AnswerAsync(stream, body);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The other side is gone.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string body)
    {
        var message = body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
        var method = body.Length == 0 ? "" : message.GetProperty("method").GetString();
        var id = body.Length > 0 && message.TryGetProperty("id", out var given) ? given.GetRawText() : "null";
        switch (method)
        {
            case "initialize":
                await JsonAsync(stream, $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"streams","version":"1"}}}""");
                break;
            case "tools/list":
                await JsonAsync(stream, $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"result":{"tools":[{"name":"watch","description":"Tells its progress.","inputSchema":{"type":"object"}}]}}""");
                break;
            case "tools/call":
                await StreamAsync(stream, message.GetProperty("params").GetProperty("_meta").GetProperty("progressToken").GetRawText());
                break;
            case "":
                await stream.WriteAsync("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                break;
            case not null when id != "null":
                await JsonAsync(stream, $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"error":{"code":-32601,"message":"Method not found"}}""");
                break;
            default:
                await stream.WriteAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                break;
        }
    }

    private async Task StreamAsync(NetworkStream stream, string token)
    {
        _ = Interlocked.Increment(ref _streams);
        try
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"u8.ToArray());
            using var timer = new PeriodicTimer(Every);
            for (var n = 1; ; n++)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($$$$"""data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{{token}}}},"progress":{{{{n}}}}}}""" + "\n\n"));
                _ = await timer.WaitForNextTickAsync();
            }
        }
        finally
        {
            _ = Interlocked.Decrement(ref _streams);
        }
    }

    private static Task JsonAsync(NetworkStream stream, string json)
        => stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}")).AsTask();

    private static async Task<string?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            _ = head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line ? int.Parse(line[15..]) : 0;
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return Encoding.UTF8.GetString(body);
    }
}
