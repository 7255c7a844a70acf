using System.Collections.Immutable;
using Obstat.Core.Decisions;

namespace Obstat.Cli.Checking;

/// <summary>Reads the files of a policy folder.</summary>
internal static class PolicyFolder
{
    private const int FilesMax = 4096;

    /// <summary>All files, by their paths inside the folder with <c>/</c>. A folder that is not there has none.</summary>
    /// <exception cref="IOException">A file cannot be read, or there are more than 4,096.</exception>
    public static ImmutableArray<LawFile> Read(string folder)
    {
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
        return paths.Length > FilesMax
            ? throw new IOException($"{folder} has more than {FilesMax} files")
            : [.. paths.Select(p => new LawFile(Path.GetRelativePath(folder, p).Replace(Path.DirectorySeparatorChar, '/'), [.. File.ReadAllBytes(p)]))];
    }
}
