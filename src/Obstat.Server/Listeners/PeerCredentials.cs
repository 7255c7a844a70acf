using System.Buffers.Binary;
using System.Net.Sockets;

namespace Obstat.Server.Listeners;

/// <summary>Who is at the other end of a unix socket, as the kernel says (<c>SO_PEERCRED</c>, taken at connect).</summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The user id of the peer; null where the kernel does not say.</summary>
    public static long? UserIdOf(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
        {
            return null;
        }

        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length
                ? BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]) : BinaryPrimitives.ReadUInt32BigEndian(credentials[4..])
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
