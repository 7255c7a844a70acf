using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Obstat.Server.Tests.Faces;

/// <summary>
/// People at their browsers, as far as a plane notices them: streams of live events that are read, and pages asked for at a fixed rate, whatever became of those before. They stand for other machines, so they run on threads of their own at
/// the lowest priority, with plain sockets and buffers that are used again: what they cost is not taken from the plane whose decisions are measured.
/// </summary>
internal sealed class Onlookers : IDisposable
{
    private const int Askers = 24; // pages that may be waited for at once
    private const int Lowest = 19;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly Uri _address;
    private readonly List<Thread> _threads = [];
    private readonly List<double> _shown = [];
    private readonly List<Socket> _streams = [];
    private volatile bool _isOver;
    private int _asked;
    private int _busy;
    private long _rows;

    public Onlookers(Uri address) => _address = address;

    /// <summary>Milliseconds that each page took, from when it was due.</summary>
    public IReadOnlyList<double> Shown => _shown;

    /// <summary>Pages that said that they are busy.</summary>
    public int Busy => _busy;

    /// <summary>Live rows that were read.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Opens so many live streams in each of these sessions.</summary>
    public void Watch(IEnumerable<string> cookies, int each)
    {
        foreach (var cookie in cookies.SelectMany(c => Enumerable.Repeat(c, each)))
        {
            var socket = Connect();
            Send(socket, "/events?rows=1", cookie);
            _streams.Add(socket);
        }

        Start(Read);
    }

    /// <summary>Asks for pages, so many a second for so long.</summary>
    public void Ask(string cookie, string[] pages, int rate, int seconds)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Askers; i++)
        {
            Start(() =>
            {
                using var socket = Connect();
                var buffer = new byte[1 << 20];
                for (int n; (n = Interlocked.Increment(ref _asked) - 1) < rate * seconds && !_isOver;)
                {
                    var due = TimeSpan.FromSeconds(n / (double)rate);
                    if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left)
                    {
                        Thread.Sleep(left);
                    }

                    Send(socket, pages[n % pages.Length], cookie);
                    var status = Answer(socket, buffer);
                    var took = (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
                    Assert.True(status is 200 or 503, $"{pages[n % pages.Length]}: {status}");
                    _ = status == 503 ? Interlocked.Increment(ref _busy) : 0;
                    lock (_shown)
                    {
                        _shown.Add(took);
                    }
                }
            });
        }
    }

    public void Dispose()
    {
        foreach (var asker in _threads.Skip(1))
        {
            asker.Join();
        }

        _isOver = true;
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var socket in _streams)
        {
            socket.Dispose();
        }
    }

    private void Start(Action act)
    {
        var thread = new Thread(() =>
        {
            _ = SetPriority(0, 0, Lowest);
            act();
        })
        { IsBackground = true, Name = "onlooker" };
        _threads.Add(thread);
        thread.Start();
    }

    private void Read()
    {
        var buffer = new byte[1 << 16];
        while (!_isOver)
        {
            var ready = new List<Socket>(_streams);
            Socket.Select(ready, null, null, s_look);
            foreach (var socket in ready)
            {
                var text = buffer.AsSpan(0, socket.Receive(buffer));
                _ = Interlocked.Add(ref _rows, text.Count("event: row"u8));
            }
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Parse(_address.Host), _address.Port);
        return socket;
    }

    private void Send(Socket socket, string path, string cookie)
        => _ = socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {_address.Authority}\r\nCookie: {cookie}\r\n\r\n"));

    /// <summary>Reads one whole answer; gives its status.</summary>
    private static int Answer(Socket socket, byte[] buffer)
    {
        var (have, whole) = (0, -1);
        while (whole < 0 || have < whole)
        {
            var read = socket.Receive(buffer.AsSpan(have));
            Assert.True(read > 0, "the connection ended");
            have += read;
            if (whole < 0 && buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                var head = Encoding.ASCII.GetString(buffer.AsSpan(0, end));
                var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + "Content-Length: ".Length;
                whole = end + 4 + int.Parse(head[at..].Split('\r')[0], NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        return int.Parse(Encoding.ASCII.GetString(buffer.AsSpan(9, 3)), NumberStyles.None, CultureInfo.InvariantCulture);
    }

#pragma warning disable SYSLIB1054, CA5392 // Nothing is marshalled.
    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int value);
#pragma warning restore SYSLIB1054, CA5392
}
