using System.Net.Sockets;

namespace Obstat.Gateway.Upstreams;

/// <summary>A running child in a process group of its own. It dies with this object, whatever it does.</summary>
internal sealed class Child : IAsyncDisposable
{
    /// <summary>Bytes of standard error that are kept: the last 16 KiB.</summary>
    public const int ErrorBytesMax = 1 << 14;

    private readonly int _pid;
    private readonly Socket _input;
    private readonly Socket _output;
    private readonly Socket _error;
    private readonly Task _errors;
    private readonly byte[] _tail = new byte[ErrorBytesMax];
    private long _errorBytes;
    private int _ended;

    private Child(int pid, Socket input, Socket output, Socket error)
    {
        (_pid, _input, _output, _error) = (pid, input, output, error);
        (Input, Output) = (new NetworkStream(input), new NetworkStream(output));
        _errors = DrainAsync();
    }

    /// <summary>The child's standard input.</summary>
    public Stream Input { get; }

    /// <summary>The child's standard output.</summary>
    public Stream Output { get; }

    /// <summary>Starts the program; null with the system's error number where it cannot be started.</summary>
    public static Child? Start(ChildProgram program, out int error)
    {
        var (input, output, errors) = (Posix.SocketPair(), Posix.SocketPair(), Posix.SocketPair());
        var pid = Posix.Spawn(program.Path, program.Arguments, program.Environment, program.Folder, input.Theirs, output.Theirs, errors.Theirs);
        Posix.Close(input.Theirs);
        Posix.Close(output.Theirs);
        Posix.Close(errors.Theirs);
        var (one, two, three) = (Take(input.Ours), Take(output.Ours), Take(errors.Ours));
        error = pid < 0 ? -pid : 0;
        if (pid > 0)
        {
            return new Child(pid, one, two, three);
        }

        one.Dispose();
        two.Dispose();
        three.Dispose();
        return null;
    }

    /// <summary>The end of what the child wrote to standard error.</summary>
    public string LastWords()
    {
        lock (_tail)
        {
            var count = (int)Math.Min(_errorBytes, ErrorBytesMax);
            var start = (int)((_errorBytes - count) % ErrorBytesMax);
            return System.Text.Encoding.UTF8.GetString([.. Enumerable.Range(0, count).Select(i => _tail[(start + i) % ErrorBytesMax])]);
        }
    }

    /// <summary>Kills the whole group and waits until the child is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        _input.Dispose();
        await Task.Run(() => Posix.KillGroup(_pid));
        _output.Dispose();
        _error.Dispose();
        await _errors;
    }

    private static Socket Take(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));

    private async Task DrainAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _error.ReceiveAsync(buffer) is var count and > 0)
            {
                lock (_tail)
                {
                    foreach (var one in buffer.AsSpan(0, count))
                    {
                        _tail[_errorBytes++ % ErrorBytesMax] = one;
                    }
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The child is gone.
        }
    }
}
