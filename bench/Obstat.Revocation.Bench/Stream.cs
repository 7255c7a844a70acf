using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Obstat.Revocation.Bench;

/// <summary>One governed stream, as bytes on a socket.</summary>
/// <param name="session">The session whose call it is.</param>
/// <param name="id">Its id in that session.</param>
internal sealed class Stream(Session session, int id) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _id = id.ToString(CultureInfo.InvariantCulture);
    private byte[] _tail = [];

    /// <summary>When the kernel received the last event of the tool, nanoseconds since 1970.</summary>
    public long LastOfTool { get; private set; }

    /// <summary>When the kernel received the last byte of any kind.</summary>
    public long Last { get; private set; }

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>Its socket.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>Whether the other side ended it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The answer that ended it.</summary>
    public string Tail => Encoding.UTF8.GetString(_tail);

    public async Task BeginAsync()
    {
        Kernel.Timestamp(_socket);
        await _socket.ConnectAsync(IPAddress.Loopback, session.Url.Port);
        var body = $$$$"""{"jsonrpc":"2.0","id":{{{{_id}}}},"method":"tools/call","params":{"name":"watch","arguments":{},"_meta":{"progressToken":{{{{_id}}}}}}}""";
        _ = await _socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {session.Url.AbsolutePath} HTTP/1.1\r\nHost: {session.Url.Authority}\r\nAuthorization: Bearer {session.Bearer}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n" +
            $"Mcp-Session-Id: {session.Id}\r\nMCP-Protocol-Version: 2025-11-25\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}"));
        _socket.Blocking = false;
    }

    /// <summary>Takes what is there.</summary>
    public void Read(Kernel kernel)
    {
        while (!HasEnded)
        {
            var bytes = kernel.Read(_socket, out var received, out var isEnd);
            HasEnded = isEnd;
            if (bytes.IsEmpty)
            {
                return;
            }

            // The last chunk ends the answer; the connection would stay.
            HasEnded |= bytes.EndsWith("0\r\n\r\n"u8);
            Last = received;
            var events = bytes.Count("notifications/progress"u8);
            Events += events;
            LastOfTool = events > 0 ? received : LastOfTool;
            _tail = bytes.IndexOf("\"result\""u8) < 0 && bytes.IndexOf("\"error\""u8) < 0 ? _tail : bytes.ToArray();

            // What was refused is one object, and its connection stays too.
            HasEnded |= Events == 0 && _tail.Length > 0;
        }
    }

    public void Dispose() => _socket.Dispose();
}
