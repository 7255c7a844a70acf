namespace Obstat.Storage.Files;

/// <summary>
/// Space on the disk of a ledger for what must still be recorded when it runs full: denials, outcomes, orphans, revocations, halts. While less than the reserve is free nothing is permitted, and the file that holds as much again
/// is given back. Permits go on when twice the reserve is free, so that the file can be made again. Looked at on one thread; <see cref="IsLow"/> is read on any.
/// </summary>
internal sealed class Reserve
{
    private readonly string _path;
    private readonly long _bytes;
    private readonly Func<long> _free;
    private volatile bool _isLow;

    /// <param name="folder">The folder of the ledger.</param>
    /// <param name="bytes">The reserve; 0 keeps none.</param>
    /// <param name="free">Free bytes of the disk; asked of the system unless told.</param>
    internal Reserve(string folder, long bytes, Func<long>? free)
    {
        (_path, _bytes, _free) = (Path.Combine(folder, "reserve"), bytes, free ?? (() => new DriveInfo(folder).AvailableFreeSpace));
        Look();
    }

    /// <summary>Whether nothing may be permitted.</summary>
    internal bool IsLow => _isLow;

    /// <summary>Looks at the disk: gives the space back, or takes it again.</summary>
    internal void Look()
    {
        if (_bytes == 0)
        {
            return;
        }

        try
        {
            var (free, holds) = (_free(), File.Exists(_path));
            if (holds ? free < _bytes : free < 2 * _bytes)
            {
                _isLow = true;
                File.Delete(_path);
            }
            else if (!holds)
            {
                using var file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = _bytes });
                file.SetLength(_bytes);
                _isLow = false;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isLow = true; // a disk that nobody can look at is not one to permit upon
        }
    }
}
