using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Obstat.Wire.Tests;

/// <summary>
/// A network namespace in which the plane is reached, over a virtual cable: pulled out, bytes are lost and nobody is told, as between two machines. Needs root and <c>ip</c>.
/// </summary>
internal sealed class PlaneApart : IAsyncDisposable
{
    private const int NewNetwork = 0x40000000;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"obst{Environment.ProcessId % 100000}");
    private Socket? _listener;

    private PlaneApart()
    {
    }

    /// <summary>Makes the namespace and carries what comes in there to the plane's socket; null with the reason where this machine does not let us.</summary>
    public static async Task<(PlaneApart? Apart, string Reason)> MakeAsync(string planeSocket)
    {
        var made = new PlaneApart();
        foreach (var words in (string[])[
            $"netns add {made._name}", $"link add {made._name}a type veth peer name {made._name}b netns {made._name}", $"addr add 10.209.77.1/30 dev {made._name}a", $"link set {made._name}a up",
            $"-n {made._name} addr add 10.209.77.2/30 dev {made._name}b", $"-n {made._name} link set {made._name}b up", $"-n {made._name} link set lo up"])
        {
            if (await IpAsync(words) is { } refused)
            {
                await made.DisposeAsync();
                return (null, refused);
            }
        }

        try
        {
            made.Listen(planeSocket);
            return (made, "");
        }
        catch (IOException e)
        {
            await made.DisposeAsync();
            return (null, e.Message);
        }
    }

    /// <summary>Reaches the plane over the cable.</summary>
    public async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync((IPEndPoint)_listener!.LocalEndPoint!);
        return socket;
    }

    /// <summary>Pulls the cable on the other side, where nobody here is told, or puts it in.</summary>
    public async Task CableAsync(bool isIn) => Assert.Null(await IpAsync($"-n {_name} link set {_name}b {(isIn ? "up" : "down")}"));

    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        _ = await IpAsync($"link del {_name}a");
        _ = await IpAsync($"netns del {_name}");
    }

    private void Listen(string planeSocket)
    {
        // A socket belongs to the namespace of the thread that made it, wherever it is used later.
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{_name}");
                if (setns((int)file.DangerousGetHandle(), NewNetwork) != 0)
                {
                    throw new IOException($"setns failed with {Marshal.GetLastPInvokeError()}");
                }

                _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _listener.Bind(new IPEndPoint(IPAddress.Parse("10.209.77.2"), 0));
                _listener.Listen(64);
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failed is not null)
        {
            throw new IOException(failed.Message, failed);
        }

        _ = ServeAsync(planeSocket);
    }

    private async Task ServeAsync(string planeSocket)
    {
        try
        {
            while (true)
            {
                _ = PlaneWire.CarryAsync(await _listener!.AcceptAsync(), PlaneWire.To(planeSocket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task<string?> IpAsync(string words)
    {
        try
        {
            var ran = await Ran.ProgramAsync(Path.GetTempPath(), new Dictionary<string, string>(), "ip", words.Split(' '));
            return ran.Exit == 0 ? null : $"ip {words}: {ran.Errors.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"ip: {e.Message}";
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setns(int descriptor, int kind);
}
