using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Obstat.Settings;

/// <summary>Folders and files that belong to this user alone.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The effective user id of this process; 0 on systems without.</summary>
    public static uint UserId { get; } = OperatingSystem.IsWindows() ? 0 : geteuid();

    /// <summary>Makes the folder (0700), or takes one that is there if it belongs to this user and nobody else can enter it.</summary>
    /// <returns>False with the reason where the folder is somebody else's, open to others, a link, or cannot be made.</returns>
    public static bool Prepare(string path, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                _ = Directory.CreateDirectory(path);
                return true;
            }

            _ = Directory.CreateDirectory(path, Mode);
            var found = File.GetUnixFileMode(path);
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                reason = $"{path} is a link";
            }
            else if ((found & ~Mode) != 0)
            {
                reason = $"{path} is open to others (mode {Convert.ToString((int)found, 8)})";
            }
            else if (!IsOwn(path))
            {
                reason = $"{path} belongs to another user";
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
        }

        return reason is null;
    }

    /// <summary>Whether the path itself, not what a link names, belongs to this user.</summary>
    internal static bool IsOwn(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct statx has one layout on every architecture (include/uapi/linux/stat.h): stx_uid is the u32 at byte 20.
        var found = new byte[256];
        return statx(-100, Encoding.UTF8.GetBytes(path + "\0"), 0x100, 0x8, found) == 0 && BitConverter.ToUInt32(found, 20) == UserId;
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] result);
}
