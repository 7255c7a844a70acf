using System.Net;

namespace Obstat.Settings;

/// <summary>Where a process listens or dials: <c>unix:PATH</c> or <c>HOST:PORT</c> on loopback.</summary>
public abstract record Address
{
    private protected Address()
    {
    }

    /// <summary>As it would be written in the configuration.</summary>
    public abstract override string ToString();
}

/// <summary>A unix socket. Its folder is private to the owner, see <see cref="PrivateFolder.Prepare"/>.</summary>
public sealed record UnixAddress : Address
{
    /// <summary>Longest path that every system takes in <c>sockaddr_un</c>, in bytes.</summary>
    public const int PathBytesMax = 100;

    internal UnixAddress(string wanted)
    {
        Wanted = wanted;
        Path = System.Text.Encoding.UTF8.GetByteCount(wanted) <= PathBytesMax ? wanted : Short(wanted);
    }

    /// <summary>Absolute path of the socket: <see cref="Wanted"/>, or a short one in the temporary folder where that is longer than <see cref="PathBytesMax"/>.</summary>
    public string Path { get; }

    /// <summary>Absolute path that the configuration names.</summary>
    public string Wanted { get; }

    /// <summary>Whether another path than the configured one is used; the process that listens says so.</summary>
    public bool IsShortened => Path != Wanted;

    /// <inheritdoc/>
    public override string ToString() => $"unix:{Path}";

    // Every program must find the same socket, so the short name follows from the wanted path and the user alone.
    private static string Short(string wanted)
        => System.IO.Path.Combine(
            System.IO.Path.GetTempPath(),
            $"obstat-{PrivateFolder.UserId}-{Obstat.Proof.Digest.Of(System.Text.Encoding.UTF8.GetBytes(System.IO.Path.GetDirectoryName(wanted)!)).ToHex()[..16]}",
            System.IO.Path.GetFileName(wanted));
}

/// <summary>A TCP port of this machine's loopback interface.</summary>
/// <param name="Host">127.0.0.1 or ::1.</param>
/// <param name="Port">1 to 65535; 0 takes a free one, and the listener says which.</param>
public sealed record LoopbackAddress(IPAddress Host, int Port) : Address
{
    /// <inheritdoc/>
    public override string ToString() => new IPEndPoint(Host, Port).ToString();
}
