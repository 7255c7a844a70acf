using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Cli.Pinning;

/// <summary>What a floating command of the npm family names.</summary>
/// <param name="Package">Package and wanted version, as npm takes it.</param>
/// <param name="Program">Its program; null: the only one it has, or the one of its own name.</param>
/// <param name="Arguments">What the program gets.</param>
internal sealed record PackageSpec(string Package, string? Program, ImmutableArray<string> Arguments)
{
    private static readonly ImmutableArray<ImmutableArray<string>> Runners = [["npx"], ["bunx"], ["npm", "exec"], ["npm", "x"], ["pnpm", "dlx"], ["yarn", "dlx"]];

    /// <summary>Reads a command line. Options that would change where the package comes from, or what runs, are refused.</summary>
    public static bool TryRead(ImmutableArray<string> words, [NotNullWhen(true)] out PackageSpec? spec, [NotNullWhen(false)] out string? reason)
    {
        (spec, reason) = (null, null);
        var runner = Runners.FirstOrDefault(r => words.Length >= r.Length && Path.GetFileName(words[0]) == r[0] && r.Skip(1).SequenceEqual(words.Skip(1).Take(r.Length - 1), StringComparer.Ordinal));
        if (runner.IsDefault)
        {
            reason = $"{words[0]} is no command whose packages can be resolved here";
            return false;
        }

        string? package = null;
        var at = runner.Length;
        for (; at < words.Length && words[at].StartsWith('-'); at++)
        {
            if (words[at] is "-p" or "--package" && at + 1 < words.Length && package is null)
            {
                package = words[++at];
            }
            else if (words[at].StartsWith("--package=", StringComparison.Ordinal) && package is null)
            {
                package = words[at]["--package=".Length..];
            }
            else if (words[at] is not ("-y" or "--yes" or "-q" or "--quiet" or "--"))
            {
                reason = $"the option {words[at]} is not understood";
                return false;
            }
        }

        if (at == words.Length || (package ?? words[at]).StartsWith('-'))
        {
            reason = "it names no package";
            return false;
        }

        spec = package is null ? new PackageSpec(words[at], null, words[(at + 1)..]) : new PackageSpec(package, words[at], words[(at + 1)..]);
        return true;
    }
}
