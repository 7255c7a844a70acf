namespace Obstat.Storage.Files;

/// <summary>
/// Small files that are whole and on disk when the call returns: a temporary name, <c>fsync</c>, <c>rename</c>, <c>fsync</c> of the folder. By system calls of our own,
/// because the framework's flush returns normally when <c>fsync</c> failed. Throws <see cref="IOException"/> for any failure; nothing may be retried after it.
/// </summary>
public static class DurableFile
{
    private const uint OwnerOnly = 0b110_000_000;  // rw-------
    private const uint EverybodyReads = 0b110_100_100; // rw-r--r--

    /// <summary>Writes or replaces the file, readable by its owner only unless told.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool readableByAll = false)
    {
        WriteUnnamed(path, bytes, readableByAll);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The same, but for the folder: until <see cref="SyncFolder"/> a crash may take the name away, and never leaves half of the bytes under it.</summary>
    internal static void WriteUnnamed(string path, ReadOnlySpan<byte> bytes, bool readableByAll = false)
    {
        var temporary = path + ".new";
        var file = Posix.Checked(Posix.Open(temporary, Posix.WriteOnly | Posix.Create | Posix.Truncate | Posix.CloseOnExec, readableByAll ? EverybodyReads : OwnerOnly), $"open {temporary}");
        try
        {
            for (var rest = bytes; !rest.IsEmpty;)
            {
                var written = Posix.Checked((int)Posix.Write(file, rest, (nuint)rest.Length), $"write {temporary}");
                rest = rest[written..];
            }

            _ = Posix.Checked(Posix.Sync(file), $"fsync {temporary}");
        }
        finally
        {
            _ = Posix.Close(file);
        }

        _ = Posix.Checked(Posix.Rename(temporary, path), $"rename {temporary}");
    }

    /// <summary>Makes the names in a folder durable.</summary>
    internal static void SyncFolder(string folder)
    {
        var file = Posix.Checked(Posix.Open(folder, Posix.Directory | Posix.CloseOnExec, 0), $"open {folder}");
        try
        {
            _ = Posix.Checked(Posix.Sync(file), $"fsync {folder}");
        }
        finally
        {
            _ = Posix.Close(file);
        }
    }
}
