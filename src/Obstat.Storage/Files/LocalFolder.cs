using System.Runtime.InteropServices;

namespace Obstat.Storage.Files;

/// <summary>Refuses folders on file systems whose locks and syncs belong to another machine or program.</summary>
internal static class LocalFolder
{
    // f_type of statfs(2) on Linux. What is not named here is taken for local; SQLite's own checks stand behind it.
    private static readonly Dictionary<uint, string> s_foreign = new()
    {
        [0x6969] = "NFS",
        [0x517B] = "SMB",
        [0xFF534D42] = "CIFS",
        [0xFE534D42] = "SMB2",
        [0x01021997] = "9p",
        [0x65735546] = "FUSE",
        [0x5346414F] = "AFS",
        [0x73757245] = "Coda",
        [0x00C36400] = "Ceph",
    };

    /// <summary>Makes the folder (0700) where it is not there and checks where it lies.</summary>
    internal static void Prepare(string folder)
    {
        if (!Directory.Exists(folder))
        {
            _ = OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(folder)
                : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (Path.GetDirectoryName(Path.GetFullPath(folder)) is { } parent)
            {
                DurableFile.SyncFolder(parent);
            }
        }

        if (OperatingSystem.IsLinux() && Foreign(folder) is { } name)
        {
            throw new LedgerUnavailableException($"{folder} lies on {name}: a ledger needs a local file system");
        }
    }

    /// <summary>The name of a file system that is refused.</summary>
    internal static string? ForeignName(uint type) => s_foreign.GetValueOrDefault(type);

    private static string? Foreign(string folder)
    {
        Span<byte> buffer = stackalloc byte[256]; // struct statfs: 120 bytes on 64-bit Linux, f_type first
        _ = Posix.Checked(Posix.FileSystem(folder, buffer), $"statfs {folder}");
        return ForeignName((uint)(nint.Size == 8 ? MemoryMarshal.Read<long>(buffer) & 0xFFFFFFFF : MemoryMarshal.Read<int>(buffer)));
    }
}
