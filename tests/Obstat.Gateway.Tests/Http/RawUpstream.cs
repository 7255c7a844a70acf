using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Obstat.Gateway.Tests.Http;

/// <summary>A tool server of bytes: keeps its connections, tells which message came on which of them, and closes one where its script has no answer.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<JsonObject, string?> _answer;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _count;

    /// <param name="answer">The result to a request, as JSON; null closes the connection after the request was read.</param>
    public RawUpstream(Func<JsonObject, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}/mcp");

    /// <summary>Every message: the number of its connection and its method.</summary>
    public ConcurrentQueue<(int Connection, string Method)> Seen { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _connections.Add(ServeAsync(client, Interlocked.Increment(ref _count)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using var owned = client;
        try
        {
            await using var stream = client.GetStream();
            while (await RequestAsync(stream) is var (isPost, body))
            {
                if (!isPost)
                {
                    await stream.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    continue;
                }

                var message = JsonNode.Parse(body)!.AsObject();
                Seen.Enqueue((connection, (string)message["method"]!));
                if (message["id"] is not { } id)
                {
                    await stream.WriteAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    continue;
                }

                if (_answer(message) is not { } result)
                {
                    return;
                }

                var answer = $$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":{{result}}}""";
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer)}\r\n\r\n{answer}"));
            }
        }
        catch (IOException)
        {
            // The gate hung up.
        }
    }

    private static async Task<(bool IsPost, byte[] Body)?> RequestAsync(NetworkStream stream)
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

        var length = head.ToString().Split("\r\n").Where(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)).Select(l => int.Parse(l[16..], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return (head.ToString().StartsWith("POST ", StringComparison.Ordinal), body);
    }
}
