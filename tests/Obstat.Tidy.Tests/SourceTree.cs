using System.Diagnostics;
using Obstat.Tests;

namespace Obstat.Tidy.Tests;

/// <summary>A file of the checkout: path with forward slashes from the root, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    public bool IsProject => Path.EndsWith(".csproj", StringComparison.Ordinal);
}

/// <summary>The files that git tracks, read once. A rule is a function from files to findings, so that a test can show it biting on a planted file.</summary>
internal static class SourceTree
{
    private static readonly string[] Binary = [".png", ".zip", ".gz", ".db", ".ico"];

    public static IReadOnlyList<SourceFile> Tracked { get; } = Read();

    private static List<SourceFile> Read()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Vectors.Root, RedirectStandardOutput = true })!;
        var paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. paths.Distinct(StringComparer.Ordinal)
            .Where(p => !Binary.Any(b => p.EndsWith(b, StringComparison.Ordinal)) && File.Exists(Path.Combine(Vectors.Root, p)))
            .Order(StringComparer.Ordinal)
            .Select(p => new SourceFile(p, File.ReadAllText(Path.Combine(Vectors.Root, p))))];
    }
}
