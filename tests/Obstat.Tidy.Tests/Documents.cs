using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Obstat.Tidy.Tests;

/// <summary>Documents speak of what is there: a named file exists, a named type or member is declared.</summary>
internal static partial class Documents
{
    public static IEnumerable<string> DeadFiles(IReadOnlyCollection<SourceFile> files)
    {
        var paths = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var folders = paths.SelectMany(Folders).ToHashSet(StringComparer.Ordinal);
        return from file in files
               where file.IsMarkdown
               from named in Links().Matches(file.Text).Select(m => (Text: m.Groups[1].Value, Relative: true))
                   .Concat(CodePaths().Matches(file.Text).Select(m => (Text: m.Groups[1].Value, Relative: false)))
               let path = Resolve(file.Path, named.Text.Split('#')[0].TrimEnd('/'), named.Relative)
               where path.Length > 0 && !paths.Contains(path) && !folders.Contains(path)
               select $"{file.Path}: {named.Text}";
    }

    public static IEnumerable<string> DeadTypes(IReadOnlyCollection<SourceFile> files)
    {
        var declared = files.Where(f => f.IsCSharp)
            .SelectMany(f => CSharpSyntaxTree.ParseText(f.Text).GetRoot().DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.Text))
            .ToHashSet(StringComparer.Ordinal);
        return from file in files
               where file.IsMarkdown
               from Match match in TypeNames().Matches(Fences().Replace(file.Text, ""))
               where !declared.Contains(match.Groups[1].Value)
               select $"{file.Path}: `{match.Groups[1].Value}`";
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (var at = path.IndexOf('/', StringComparison.Ordinal); at > 0; at = path.IndexOf('/', at + 1))
        {
            yield return path[..at];
        }
    }

    private static string Resolve(string document, string named, bool relative)
    {
        if (named.Contains("://", StringComparison.Ordinal) || named.StartsWith("mailto:", StringComparison.Ordinal))
        {
            return "";
        }

        var parts = new List<string>(relative && document.Contains('/', StringComparison.Ordinal) ? document[..document.LastIndexOf('/')].Split('/') : []);
        foreach (var part in named.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(([^)\s#][^)\s]*)\)")]
    private static partial Regex Links();

    /// <summary>Inline code that names a path of this checkout.</summary>
    [GeneratedRegex(@"(?<!`)`((?:src|tests|samples|docs|eng|bench|vectors)/[A-Za-z0-9_./-]+)`(?!`)")]
    private static partial Regex CodePaths();

    /// <summary>Inline code of two humps or more is a name from the code.</summary>
    [GeneratedRegex(@"(?<!`)`([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)`(?!`)")]
    private static partial Regex TypeNames();

    [GeneratedRegex(@"(?ms)^ {0,3}```.*?^ {0,3}```")]
    private static partial Regex Fences();
}
