namespace Obstat.Storage.Files;

/// <summary>
/// One process per folder: <c>flock</c> on the file LOCK, held for life. The framework's own file locks ignore errors they do not know and can be switched off by environment.
/// The file stays; only the lock goes with the process, however it ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const uint OwnerOnly = 0b110_000_000; // rw-------

    private int _file;

    private FolderLock(int file) => _file = file;

    /// <summary>Takes the lock. Throws <see cref="LedgerUnavailableException"/> where another process has it.</summary>
    internal static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, "LOCK");
        var file = Posix.Checked(Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.CloseOnExec, OwnerOnly), $"open {path}");
        if (Posix.Lock(file, Posix.LockExclusive | Posix.LockNonBlocking) == 0)
        {
            return new FolderLock(file);
        }

        _ = Posix.Close(file);
        throw new LedgerUnavailableException($"{path} is locked: another process writes this ledger");
    }

    public void Dispose()
    {
        var file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
        {
            // Said, not left to the closing: a child that is just being started has this file open too, until it runs its program.
            _ = Posix.Lock(file, Posix.Unlock);
            _ = Posix.Close(file);
        }
    }
}
