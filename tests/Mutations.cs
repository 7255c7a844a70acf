using System.Text.RegularExpressions;

namespace Obstat.Tests;

/// <summary>Who finds a change of evidence.</summary>
internal enum Finder
{
    /// <summary><c>obstat audit</c> of an exported ledger.</summary>
    Audit,

    /// <summary><c>obstat audit</c>, where it folds the state again.</summary>
    Fold,

    /// <summary>The plane, when it starts.</summary>
    Start,

    /// <summary>The plane, which reads its ledger again while it runs.</summary>
    Scrubber,

    /// <summary>The plane, when an answer is looked up in an index.</summary>
    Reading,

    /// <summary><c>obstat ledger rebuild-index</c>.</summary>
    Rebuild,

    /// <summary>An enforcement point.</summary>
    Point,

    /// <summary><c>obstat audit</c>, where it folds the end of a log.</summary>
    End,

    /// <summary>The plane, when it changes logs and when it starts after it.</summary>
    Change,

    /// <summary><c>obstat audit --predecessor</c>, of two logs.</summary>
    Both,

    /// <summary>An enforcement point that would follow from one log into the next.</summary>
    Follow,
}

/// <summary>One change of evidence and the exact name under which it is found.</summary>
/// <param name="Of">What is changed.</param>
/// <param name="Done">How.</param>
/// <param name="By">Who finds it.</param>
/// <param name="Named">The first finding, word for word, with random digests, ids and names as <see cref="Mutations.Normal"/> writes them.</param>
internal sealed record Mutation(string Of, string Done, Finder By, string Named);

/// <summary>
/// The table of changes. Each suite that has a finder makes every change of its rows, and no other, and compares the words; <c>docs/mutations.md</c> is written from it.
/// Changes of bundles, which <c>obstat verify</c> and the proof viewer find, stand in <c>vectors/evidence/cases.json</c>.
/// </summary>
internal static partial class Mutations
{
    /// <summary>Makes all changes of a finder; fails with the rows where the table and what was found differ.</summary>
    public static void Check(Finder finder, IEnumerable<(string Of, string Done, Func<string> Find)> changes)
    {
        var rows = All.Where(m => m.By == finder).ToDictionary(m => (m.Of, m.Done), m => m.Named);
        var differences = new List<string>();
        foreach (var (of, done, find) in changes)
        {
            var named = Normal(find());
            if (!rows.Remove((of, done), out var expected) || expected != named)
            {
                differences.Add($"        new(\"{of}\", \"{done}\", Finder.{finder}, \"{named.Replace("\"", "\\\"", StringComparison.Ordinal)}\"),");
            }
        }

        differences.AddRange(rows.Keys.Select(k => $"no change is made for {k}"));
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>A finding without what differs from run to run.</summary>
    public static string Normal(string finding)
    {
        var text = Folder().Replace(finding, "");
        text = Log().Replace(text, "LOG");
        text = Instance().Replace(text, "INSTANCE");
        text = Hex().Replace(text, "HASH");
        text = KeyId().Replace(text, "KEYID");
        text = Base64().Replace(text, "HASH");
        text = Thumbprint().Replace(text, "KEY");
        text = Time().Replace(text, "TIME");
        return Id().Replace(text, "ID");
    }

    [GeneratedRegex(@"/[^ :]*/(?=[A-Za-z.-]+(:| |$))")]
    private static partial Regex Folder();

    [GeneratedRegex(@"[a-z0-9-]+\.[a-z2-7]{10}\.obstat\.internal(\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)?|[a-z]+\.example\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+")]
    private static partial Regex Log();

    [GeneratedRegex("(?<=expected )[a-z2-7]{10}(?= and )")]
    private static partial Regex Instance();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hex();

    [GeneratedRegex("(?<![0-9A-Za-z])[0-9a-f]{8}(?![0-9A-Za-z])")]
    private static partial Regex KeyId();

    [GeneratedRegex("[A-Za-z0-9+/]{43}=")]
    private static partial Regex Base64();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")]
    private static partial Regex Thumbprint();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Time();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")]
    private static partial Regex Id();
}
