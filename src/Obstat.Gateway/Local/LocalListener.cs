using System.Collections.Concurrent;
using System.Net.Sockets;
using Obstat.Settings;

namespace Obstat.Gateway.Local;

/// <summary>The unix socket of this gateway, mode 0600: only processes of the same user may speak here, whatever they bring.</summary>
internal sealed class LocalListener : IAsyncDisposable
{
    /// <summary>Connections at once, at most.</summary>
    public const int ConnectionsMax = 256;

    private readonly Socket _socket;
    private readonly string _path;
    private readonly Func<Stream, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _open = [];
    private readonly Task _accepting;

    private LocalListener(Socket socket, string path, Func<Stream, CancellationToken, Task> serve)
    {
        (_socket, _path, _serve) = (socket, path, serve);
        _accepting = AcceptAsync();
    }

    /// <summary>Listens. Refused with a reason: somebody serves this socket already.</summary>
    /// <param name="address">The socket.</param>
    /// <param name="serve">Serves one connection of a peer with our own user id until it ends or the token falls.</param>
    /// <param name="reason">Why not.</param>
    public static LocalListener? Start(UnixAddress address, Func<Stream, CancellationToken, Task> serve, out string reason)
    {
        reason = "";
        if (File.Exists(address.Path))
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(address.Path));
                reason = $"{address} is served by another process";
                return null;
            }
            catch (SocketException)
            {
                File.Delete(address.Path);
            }
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var before = Peer.Mask(0x7F);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(address.Path));
            socket.Listen(128);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            reason = $"{address} cannot be served: {e.Message}";
            return null;
        }
        finally
        {
            _ = Peer.Mask(before);
        }

        return new LocalListener(socket, address.Path, serve);
    }

    /// <summary>Takes no more connections and ends those that are open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_open.Keys);
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var peer = await _socket.AcceptAsync(_stop.Token);
                var serving = ServeAsync(peer);
                _ = _open.TryAdd(serving, true);
                _ = serving.ContinueWith(done => _open.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // A peer that went before it was accepted, or the end.
            }
        }
    }

    private async Task ServeAsync(Socket peer)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(peer, ownsSocket: true);
        if (Peer.UserOf(peer) == PrivateFolder.UserId && _open.Count <= ConnectionsMax)
        {
            await _serve(stream, _stop.Token);
        }
    }
}
