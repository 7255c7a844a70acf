using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Obstat.Gateway.Local;

/// <summary>Who is at the other end of a unix socket, as the kernel saw it at connect (<c>SO_PEERCRED</c>).</summary>
internal static partial class Peer
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>The peer's user id; null where the system does not say.</summary>
    public static uint? UserOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == credentials.Length ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Restricts what files this process makes to their owner; gives the mask before.</summary>
    public static uint Mask(uint mask) => umask(mask);

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);
}
