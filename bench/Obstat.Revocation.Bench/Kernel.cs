using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Obstat.Revocation.Bench;

/// <summary>Reads a socket with the time at which the kernel received the last byte that it gives out: a reader that is late itself measures the same.</summary>
internal sealed class Kernel : IDisposable
{
    private const int SocketLevel = 1;
    private const int TimestampNs = 35;
    private const int DoNotWait = 0x40;
    private const int BufferBytes = 1 << 16;
    private const int ControlBytes = 256;
    private const short Readable = 1;

    private readonly nint _buffer = Marshal.AllocHGlobal(BufferBytes);
    private readonly nint _control = Marshal.AllocHGlobal(ControlBytes);
    private readonly nint _vector = Marshal.AllocHGlobal(2 * nint.Size);
    private readonly byte[] _bytes = new byte[BufferBytes];

    public Kernel()
    {
        Marshal.WriteIntPtr(_vector, _buffer);
        Marshal.WriteIntPtr(_vector, nint.Size, BufferBytes);
    }

    /// <summary>The kernel notes when each byte of this socket came in.</summary>
    public static void Timestamp(Socket socket) => socket.SetRawSocketOption(SocketLevel, TimestampNs, BitConverter.GetBytes(1));

    /// <summary>Nanoseconds since 1970 on the clock of the kernel's timestamps.</summary>
    public static long Now() => checked((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100);

    /// <summary>What is there: bytes, and when the last of them was received. Null: nothing; no bytes: the end, or a reset.</summary>
    public ReadOnlySpan<byte> Read(Socket socket, out long received, out bool isEnd)
    {
        var message = new Message { Vector = _vector, VectorLength = 1, Control = _control, ControlLength = ControlBytes };
        var count = recvmsg((int)socket.Handle, ref message, DoNotWait);
        var error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        received = Now();
        isEnd = count == 0 || (count < 0 && error is not (11 or 4));
        if (count <= 0)
        {
            return [];
        }

        // One control message: length, level, type, seconds, nanoseconds.
        if (message.ControlLength >= 32 && Marshal.ReadInt32(_control, 8) == SocketLevel && Marshal.ReadInt32(_control, 12) == TimestampNs)
        {
            received = Marshal.ReadInt64(_control, 16) * 1_000_000_000 + Marshal.ReadInt64(_control, 24);
        }

        Marshal.Copy(_buffer, _bytes, 0, (int)count);
        return _bytes.AsSpan(0, (int)count);
    }

    /// <summary>Reads every stream that has something; one question to the kernel for all of them.</summary>
    public void Read(Stream[] streams)
    {
        var asked = new Polled[streams.Length];
        for (var i = 0; i < streams.Length; i++)
        {
            asked[i] = new Polled { Descriptor = streams[i].HasEnded ? -1 : streams[i].Descriptor, Asked = Readable };
        }

        _ = poll(asked, (nuint)asked.Length, 0);
        for (var i = 0; i < asked.Length; i++)
        {
            if (asked[i].Found != 0)
            {
                streams[i].Read(this);
            }
        }
    }

    public void Dispose()
    {
        Marshal.FreeHGlobal(_buffer);
        Marshal.FreeHGlobal(_control);
        Marshal.FreeHGlobal(_vector);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint recvmsg(int socket, ref Message message, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll([In, Out] Polled[] asked, nuint count, int milliseconds);

    /// <summary><c>struct pollfd</c>: a negative descriptor is passed over.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Asked;
        public short Found;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public nint Name;
        public int NameLength;
        public nint Vector;
        public nint VectorLength;
        public nint Control;
        public nint ControlLength;
        public int Flags;
    }
}
