using System.Text;
using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>The page for people of all changes that the suites make, from the tables that the suites are held against.</summary>
public sealed class MutationPageTests
{
    private static readonly (Finder Finder, string Who, string Where)[] s_finders =
    [
        (Finder.Audit, "`obstat audit`", "tests/Obstat.Proof.Tests"),
        (Finder.Fold, "`obstat audit`, folding the state", "tests/Obstat.Storage.Tests"),
        (Finder.Start, "the plane's start", "tests/Obstat.Storage.Tests"),
        (Finder.Scrubber, "the plane while it runs", "tests/Obstat.Storage.Tests"),
        (Finder.Reading, "the plane, looking up an answer", "tests/Obstat.Storage.Tests"),
        (Finder.Rebuild, "`obstat ledger rebuild-index`", "tests/Obstat.Storage.Tests"),
        (Finder.Point, "an enforcement point", "tests/Obstat.Enforcement.Tests"),
        (Finder.End, "`obstat audit`, of the end of a log", "tests/Obstat.Storage.Tests"),
        (Finder.Change, "the plane, changing logs and starting after it", "tests/Obstat.Storage.Tests"),
        (Finder.Both, "`obstat audit --predecessor`, of the log that ended and the one that goes on", "tests/Obstat.Storage.Tests"),
        (Finder.Follow, "an enforcement point that would follow into the log that goes on", "tests/Obstat.Storage.Tests"),
    ];

    private static string Page => Path.Combine(Vectors.Root, "docs", "mutations.md");

    [Fact]
    public void The_page_of_changes_says_what_the_tables_say()
    {
        var text = Text();
        if (Environment.GetEnvironmentVariable("OBSTAT_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Page, text);
        }

        Assert.Equal(text, File.ReadAllText(Page));
    }

    [Fact]
    public void Every_change_has_a_finder_and_a_name_of_its_own()
    {
        Assert.Equal(Enum.GetValues<Finder>(), s_finders.Select(f => f.Finder));
        Assert.Equal(Mutations.All.Count, Mutations.All.Select(m => (m.Of, m.Done, m.By)).Distinct().Count());
        Assert.All(Mutations.All, m => Assert.True(m.Named.Length > 10 && m.Named != "nobody finds it", $"{m.Of}, {m.Done}: {m.Named}"));
    }

    private static string Text()
    {
        var cases = JsonNode.Parse(File.ReadAllText(Vectors.Own("evidence/cases.json")))!["cases"]!.AsArray();
        var text = new StringBuilder()
            .Append("# Changes of evidence, and who finds each\n\n")
            .Append($"{Mutations.All.Count + cases.Count + LieTests.Lies.Count} changes, each made by a test, which compares the words. HASH, KEY, ID, LOG and TIME stand for what differs from run to run. ")
            .Append("Beside these, bits of every byte are flipped one after the other: of bundles, exported files, rows of the ledger, permits and receipts.\n");
        foreach (var (finder, who, where) in s_finders)
        {
            _ = text.Append($"\n## Found by {who}\n\n`{where}`\n\n| of | change | first finding |\n|---|---|---|\n");
            foreach (var row in Mutations.All.Where(m => m.By == finder))
            {
                _ = text.Append($"| {row.Of} | {row.Done} | {row.Named} |\n");
            }
        }

        _ = text.Append("\n## Found by `obstat verify` and by the proof viewer\n\nOne file, `vectors/evidence/cases.json`, is judged by both. The change is made by somebody who can write a bundle and has no key.\n\n| change | result | failed checks |\n|---|---|---|\n");
        foreach (var one in cases)
        {
            _ = text.Append($"| {one!["name"]} | {one["result"]} | {string.Join(' ', one["failed"]!.AsArray())} |\n");
        }

        _ = text.Append("\nUnder genuine signatures, by somebody who holds keys of the plane or of an enforcement point (`tests/Obstat.Viewer.Tests`):\n\n| lie | failed checks |\n|---|---|\n");
        foreach (var (lie, (checks, _)) in LieTests.Lies)
        {
            _ = text.Append($"| {lie} | {checks.Replace(',', ' ')} |\n");
        }

        return text.ToString();
    }
}
