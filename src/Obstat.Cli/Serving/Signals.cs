using System.Runtime.InteropServices;

namespace Obstat.Cli.Serving;

/// <summary>Signals to processes that this program started. The framework sends SIGKILL alone.</summary>
internal static class Signals
{
    /// <summary>Asks a process to stop.</summary>
    public const int Terminate = 15;

    /// <summary>Ends a process at once.</summary>
    public const int Kill = 9;

    /// <summary>Sends a signal; false where there is no such process.</summary>
    public static bool Send(int process, int signal) => process > 0 && kill(process, signal) == 0;

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
