namespace Obstat.Storage.Databases;

/// <summary>A SQLite file whose content can be made again.</summary>
internal static class DerivedFile
{
    /// <summary>Removes it, with what SQLite keeps beside it.</summary>
    internal static void Delete(string path)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }
}
