using System.Text.RegularExpressions;
using Obstat.Tests;

namespace Obstat.Wire.Tests;

/// <summary>The documents' commands do what the documents say.</summary>
public sealed partial class QuickstartTests
{
    [Fact]
    public Task The_quickstart_for_stdio_runs_as_it_is_written() => RunAsync("quickstart-stdio.md", NodePrograms.Filesystem, "obstat verify");

    [Fact]
    public Task The_quickstart_for_HTTP_runs_as_it_is_written() => RunAsync("quickstart-http.md", NodePrograms.Everything, "obstat policy suggest");

    /// <summary>What the README shows of the way from a refusal to a permission stands in the quickstart that is run.</summary>
    [Fact]
    public void The_commands_that_the_README_shows_are_those_of_the_quickstart()
    {
        var quickstart = File.ReadAllText(Path.Combine(Vectors.Root, "docs", "quickstart-stdio.md"));
        var shown = ReadmeLines().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "README.md"))).Select(m => m.Groups[1].Value).ToArray();
        Assert.True(shown.Length >= 10, $"{shown.Length} commands");
        Assert.Empty(shown.Where(verb => !quickstart.Contains(verb, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_command_block_of_the_documents_is_run_by_a_test_or_marked_as_text()
    {
        string[] run = ["README.md", "docs/quickstart-stdio.md", "docs/quickstart-http.md"];
        var marked = Directory.GetFiles(Path.Combine(Vectors.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Vectors.Root, "README.md"))
            .Where(f => Blocks().IsMatch(File.ReadAllText(f)) || Bash().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(Vectors.Root, f));
        Assert.Empty(marked.Except(run));
    }

    /// <summary>The README's two commands are what CI runs.</summary>
    [Fact]
    public void The_commands_of_the_README_are_the_two_that_CI_runs()
        => Assert.Equal(["./obstat demo", "./test"], Blocks().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "README.md"))).Select(m => m.Groups[1].Value.Trim()));

    [Fact]
    public void The_table_of_the_README_has_the_rows_that_the_demo_plays()
    {
        var rows = DemoRows().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "src", "Obstat.Cli", "Demo", "Plan.cs"))).Select((m, i) => $"{i + 1,2}  {m.Groups[1].Value}").ToArray();
        var last = rows.Length;
        Assert.True(last >= 15, "the plan of the demo is found");
        var shown = File.ReadAllLines(Path.Combine(Vectors.Root, "README.md"));
        Assert.Empty(rows.Where(row => !shown.Any(line => line.StartsWith(row, StringComparison.Ordinal) && line.EndsWith("CLOSED", StringComparison.Ordinal))));
        Assert.Contains(shown, line => line.StartsWith($"CLOSED {last}/{last}", StringComparison.Ordinal));
    }

    private static async Task RunAsync(string document, string server, string contains)
    {
        var node = NodePrograms.Node;
        var folder = Directory.CreateTempSubdirectory("obstat-quickstart-").FullName;
        var commands = string.Join('\n', Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(Vectors.Root, "docs", document))).Select(m => m.Groups[1].Value));
        Assert.Contains(contains, commands, StringComparison.Ordinal);

        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Vectors.Root}:{Path.GetDirectoryName(node)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["SERVER"] = server,
            ["PORT"] = Installation.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["UPSTREAM"] = Installation.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["NO_COLOR"] = "1",
        };
        var script = $"set -e\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n{commands}";
        _ = (await Ran.ProgramAsync(folder, environment, "bash", "-c", script)).MustExit(0);
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"(?m)^(obstat (?:[a-z]+ )?[a-z]+(?: --from denials)?)")]
    private static partial Regex ReadmeLines();

    [GeneratedRegex(@"(?m)^ {8}\(""([^""]+)"", ")]
    private static partial Regex DemoRows();

    [GeneratedRegex(@"(?ms)^```sh\n(.*?)^```")]
    private static partial Regex Blocks();

    [GeneratedRegex(@"(?m)^```(bash|shell|console)$")]
    private static partial Regex Bash();
}
