using System.Collections.Immutable;
using Obstat.Core.Decisions;

namespace Obstat.Server.Sources;

/// <summary>Reads a policy folder as bytes. A folder that is not there is an empty one: no policy is in force, so nothing is permitted.</summary>
internal static class LawFolder
{
    private const int FilesMax = 10_000;
    private const long BytesMax = 64L << 20;

    /// <summary>All files below the folder, by their path in it.</summary>
    /// <exception cref="IOException">The folder cannot be read, or is too large to be a policy folder.</exception>
    public static ImmutableArray<LawFile> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var files = ImmutableArray.CreateBuilder<LawFile>();
        var bytes = 0L;
        foreach (var path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal))
        {
            var relative = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (relative.Split('/').Any(part => part.StartsWith('.')))
            {
                continue;
            }

            bytes += new FileInfo(path).Length;
            if (files.Count >= FilesMax || bytes > BytesMax)
            {
                throw new IOException($"{folder}: expected at most {FilesMax} files and {BytesMax} bytes");
            }

            files.Add(new LawFile(relative, [.. File.ReadAllBytes(path)]));
        }

        return files.DrainToImmutable();
    }
}
