using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Obstat.Enforcement;

/// <summary>
/// A small private file (0600) whose content is on the disk when the call returns. Goes to the system itself, because the framework's flush returns normally when fsync failed.
/// A reader sees the old bytes or the new ones, never a part.
/// </summary>
public static partial class DurableFile
{
    private const int CloseOnExec = 0x80000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the whole file durably: new file, its bytes to the disk, rename, the folder to the disk.</summary>
    /// <exception cref="IOException">Something of it failed; the old file stands, or the new one, whole.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(next, options))
        {
            file.Write(bytes);
            file.Flush();
            Sync(file.SafeFileHandle, next);
        }

        File.Move(next, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a file of at most <paramref name="bytesMax"/> bytes; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read, is larger, or others than its owner can read it.</exception>
    public static byte[]? Read(string path, int bytesMax)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = File.OpenRead(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new IOException($"{path} can be read by others: expected mode 600");
        }

        if (file.Length > bytesMax)
        {
            throw new IOException($"{path} has more than {bytesMax} bytes");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void Sync(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var result = OperatingSystem.IsLinux() ? DataSync(file) : FullSync(file);
        if (result != 0)
        {
            throw Failed(path);
        }
    }

    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = OpenFolder(folder, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        if (handle.IsInvalid || FullSync(handle) != 0)
        {
            throw Failed(folder);
        }
    }

    private static IOException Failed(string path) => new($"{path} is not durable: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FullSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFolder(string path, int flags);
}
