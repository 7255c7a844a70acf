using System.IO.Compression;

namespace Obstat.Tests;

/// <summary>
/// Finds test data: the data of others in <c>OBSTAT_VECTORS</c> or in <c>../shared/vectors</c> beside the checkout, our own golden files in <c>vectors/</c>.
/// Where the data of others is absent a test skips with that reason; with <c>OBSTAT_REQUIRE_VECTORS=1</c> it fails.
/// </summary>
internal static class Vectors
{
    /// <summary>The root of the checkout, found by walking up to the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of the data of others, by its path below the vectors folder.</summary>
    public static string Shared(string path)
    {
        var folder = Environment.GetEnvironmentVariable("OBSTAT_VECTORS") ?? Path.Combine(Root, "..", "shared", "vectors");
        var full = Path.GetFullPath(Path.Combine(folder, path));
        if (Path.Exists(full))
        {
            return full;
        }

        var reason = $"vectors/{path.Split('/')[0]} not found (set OBSTAT_VECTORS)";
        Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_VECTORS") == "1", reason);
        throw new FileNotFoundException(reason);
    }

    /// <summary>One of our own golden files, by its path below <c>vectors/</c>.</summary>
    public static string Own(string path) => Path.Combine(Root, "vectors", path);

    /// <summary>The bytes of a file of the data of others, unpacked if its name ends in <c>.gz</c>.</summary>
    public static byte[] Bytes(string path)
    {
        using var file = File.OpenRead(Shared(path));
        using var memory = new MemoryStream();
        if (path.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var zip = new GZipStream(file, CompressionMode.Decompress);
            zip.CopyTo(memory);
        }
        else
        {
            file.CopyTo(memory);
        }

        return memory.ToArray();
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Obstat.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Obstat.slnx above {AppContext.BaseDirectory}");
    }
}
