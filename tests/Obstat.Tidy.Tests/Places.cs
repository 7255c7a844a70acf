using System.Text.RegularExpressions;

namespace Obstat.Tidy.Tests;

/// <summary>What product code must not know: where test data lies, which machine it was written on.</summary>
internal static partial class Places
{
    public static IEnumerable<string> Forbidden(IEnumerable<SourceFile> files)
        => from file in files
           where file.Path.StartsWith("src/", StringComparison.Ordinal) || file.Path.StartsWith("samples/", StringComparison.Ordinal)
           from Match match in Machine().Matches(file.Text)
           select $"{file.Path}: {match.Value}";

    /// <summary>Catch-alls: one in each process, each with its reason beside the pragma that allows it.</summary>
    public static IEnumerable<string> UnexplainedCatchAlls(IEnumerable<SourceFile> files)
        => from file in files
           where file.IsCSharp && file.Path.StartsWith("src/", StringComparison.Ordinal)
           from Match match in CatchAll().Matches(file.Text)
           where match.Groups[1].Value.Trim().Length < 20
           select $"{file.Path}: a catch-all without its reason";

    [GeneratedRegex(@"\.\./shared|/(?:work|farm|root|home/[a-z]+|tmp)/[A-Za-z0-9_.-]*")]
    private static partial Regex Machine();

    [GeneratedRegex(@"#pragma warning disable [^\n]*CA1031[^\n/]*(?://([^\n]*))?")]
    private static partial Regex CatchAll();
}
