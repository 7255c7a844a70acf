using System.Text.RegularExpressions;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>Data that one verifier is held against, and the other not, would let the two drift apart.</summary>
public sealed partial class BothVerifiersTests
{
    /// <summary>What neither judges, with the reason.</summary>
    private static readonly Dictionary<string, string> s_neither = new(StringComparer.Ordinal)
    {
        ["witness"] = "questions to a witness, in their order: for a witness, which is no part of this version, and for no verifier",
    };

    [Fact]
    public void Every_folder_of_evidence_is_judged_by_both_verifiers_or_by_neither()
        => Assert.Empty(OneSided(Directory.GetDirectories(Vectors.Shared("evidence")).Select(f => Path.GetFileName(f)), Named("Obstat.Proof.Tests"), Named("Obstat.Viewer.Tests")));

    [Fact]
    public void Every_golden_file_that_one_verifier_judges_is_there_for_the_other()
    {
        // Layouts of the console and messages to the plane are for no verifier.
        Assert.Equal(["console", "evidence", "messages"], Directory.GetDirectories(Vectors.Own("")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        foreach (var file in new[] { "bundle.zip", "cases.json", "policy", "verify.json" })
        {
            Assert.All(["Obstat.Proof.Tests", "Obstat.Viewer.Tests"], suite => Assert.Contains(file, Sources(suite), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_folder_that_one_verifier_alone_judges_is_named()
    {
        HashSet<string> both = ["merkle", "dsse"];
        Assert.Equal(["cctv is judged by the C# verifier alone"], OneSided(["merkle", "cctv"], [.. both, "cctv"], both));
        Assert.Equal(["cctv is judged by the browser alone"], OneSided(["merkle", "cctv"], both, [.. both, "cctv"]));
        Assert.Equal(["cctv is judged by nobody"], OneSided(["merkle", "cctv"], both, both));
        Assert.Equal(["witness is judged, and said to be judged by nobody"], OneSided(["witness"], ["witness"], ["witness"]));
        Assert.Empty(OneSided(["merkle", "witness"], both, both));
    }

    private static IEnumerable<string> OneSided(IEnumerable<string> folders, HashSet<string> ours, HashSet<string> browser) => folders.Order(StringComparer.Ordinal).Select(folder => (ours.Contains(folder), browser.Contains(folder)) switch
    {
        (true, true) or (true, false) or (false, true) when s_neither.ContainsKey(folder) => $"{folder} is judged, and said to be judged by nobody",
        (true, false) => $"{folder} is judged by the C# verifier alone",
        (false, true) => $"{folder} is judged by the browser alone",
        (false, false) when !s_neither.ContainsKey(folder) => $"{folder} is judged by nobody",
        _ => null,
    }).OfType<string>();

    /// <summary>The folders that a suite's sources open.</summary>
    private static HashSet<string> Named(string suite) => [.. Opened().Matches(Sources(suite)).Select(m => m.Groups[1].Value)];

    private static string Sources(string suite) => string.Join('\n', Directory.EnumerateFiles(Path.Combine(Vectors.Root, "tests", suite), "*.cs", SearchOption.AllDirectories)
        .Where(f => Path.GetFileName(f) != $"{nameof(BothVerifiersTests)}.cs").Select(File.ReadAllText));

    [GeneratedRegex("(?:Shared|Bytes)\\(\\$?\"evidence/([a-z0-9]+)")]
    private static partial Regex Opened();
}
