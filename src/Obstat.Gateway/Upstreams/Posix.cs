using System.Runtime.InteropServices;

namespace Obstat.Gateway.Upstreams;

/// <summary>The few calls of POSIX that .NET has no words for: a child in its own process group, over socket pairs, without a shell.</summary>
internal static partial class Posix
{
    private const int Stream = 1;
    private const int UnixFamily = 1;
    private const int CloseOnExec = 0x80000;
    private const int Kill = 9;
    private const short SetProcessGroup = 0x02;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;

    /// <summary>A connected pair of descriptors that no child inherits.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    public static (int Ours, int Theirs) SocketPair()
    {
        Span<int> pair = stackalloc int[2];
        return socketpair(UnixFamily, Stream | CloseOnExec, 0, pair) == 0 ? (pair[0], pair[1]) : throw new IOException($"socketpair failed with {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Closes a descriptor.</summary>
    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>
    /// Starts a program in a new process group with default signals and exactly the given arguments and environment. Returns the process id, or the negative
    /// error number. Only descriptors 0, 1 and 2 reach the child.
    /// </summary>
    public static int Spawn(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder, int input, int output, int error)
    {
        // Larger than posix_spawnattr_t and posix_spawn_file_actions_t of glibc and musl.
        var actions = Marshal.AllocHGlobal(512);
        var attributes = Marshal.AllocHGlobal(1024);
        var signals = Marshal.AllocHGlobal(256);
        var (argv, envp) = (Strings(arguments), Strings(environment));
        try
        {
            _ = posix_spawn_file_actions_init(actions);
            _ = posix_spawnattr_init(attributes);
            var failed = posix_spawn_file_actions_addchdir_np(actions, folder);
            failed |= posix_spawn_file_actions_adddup2(actions, input, 0);
            failed |= posix_spawn_file_actions_adddup2(actions, output, 1);
            failed |= posix_spawn_file_actions_adddup2(actions, error, 2);
            failed |= sigfillset(signals) | posix_spawnattr_setsigdefault(attributes, signals);
            failed |= sigemptyset(signals) | posix_spawnattr_setsigmask(attributes, signals);
            failed |= posix_spawnattr_setpgroup(attributes, 0);
            failed |= posix_spawnattr_setflags(attributes, SetProcessGroup | SetSignalDefaults | SetSignalMask);
            if (failed != 0)
            {
                return -Math.Abs(failed);
            }

            var code = posix_spawn(out var pid, path, actions, attributes, argv, envp);
            return code == 0 ? pid : -code;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
            Marshal.FreeHGlobal(actions);
            Marshal.FreeHGlobal(attributes);
            Marshal.FreeHGlobal(signals);
            Free(argv);
            Free(envp);
        }
    }

    /// <summary>Kills a process group that we started and collects its leader. Blocks until the leader is gone.</summary>
    public static void KillGroup(int leader)
    {
        _ = kill(-leader, Kill);
        while (waitpid(leader, out _, 0) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
            // EINTR: a signal of our own came in between.
        }
    }

    private static nint Strings(IReadOnlyList<string> texts)
    {
        var array = Marshal.AllocHGlobal((texts.Count + 1) * nint.Size);
        for (var i = 0; i < texts.Count; i++)
        {
            Marshal.WriteIntPtr(array, i * nint.Size, Marshal.StringToCoTaskMemUTF8(texts[i]));
        }

        Marshal.WriteIntPtr(array, texts.Count * nint.Size, 0);
        return array;
    }

    private static void Free(nint array)
    {
        for (var i = 0; Marshal.ReadIntPtr(array, i) is var text && text != 0; i += nint.Size)
        {
            Marshal.FreeCoTaskMem(text);
        }

        Marshal.FreeHGlobal(array);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, Span<int> pair);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int pid, string path, nint actions, nint attributes, nint argv, nint envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(nint actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(nint actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(nint actions, int from, int to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addchdir_np(nint actions, string folder);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(nint attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(nint attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(nint attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setpgroup(nint attributes, int group);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(nint attributes, nint signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(nint attributes, nint signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(nint signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(nint signals);
}
