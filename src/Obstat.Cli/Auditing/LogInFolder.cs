using Obstat.Proof.Verification;

namespace Obstat.Cli.Auditing;

/// <summary>An exported log in a folder. A link is not followed: it would be a file of somewhere else.</summary>
internal sealed class LogInFolder : IExportedLog
{
    private readonly string _folder;

    /// <summary>Lists the folder. Throws <see cref="IOException"/> where it cannot be read.</summary>
    public LogInFolder(string folder)
    {
        _folder = Path.GetFullPath(folder);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, ReturnSpecialDirectories = false };
        Paths = [.. new DirectoryInfo(_folder).EnumerateFileSystemInfos("*", options)
            .Where(f => f is FileInfo || f.LinkTarget is not null)
            .Select(f => f.LinkTarget is null ? Path.GetRelativePath(_folder, f.FullName).Replace('\\', '/') : throw new IOException($"{f.FullName} is a link"))];
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Paths { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(string path) => File.ReadAllBytes(Path.Combine(_folder, path));
}
