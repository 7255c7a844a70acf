using System.Text;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Commands;
using Obstat.Cli.Output;

namespace Obstat.Cli.Tests.CommandLine;

public sealed class ParserTests
{
    private static readonly string[] Forbidden = ["force", "insecure", "skip", "failopen", "fail-open", "auditonly", "audit-only", "allow-all", "no-verify", "bypass"];

    private static (Invocation? Invocation, string? Help, string? Error) Parse(params string[] words)
    {
        _ = new Parser(Entry.Verbs).TryParse(words, Terminal.OfProcess(), out var invocation, out var help, out var error);
        return (invocation, help, error?.ToString());
    }

    [Fact]
    public void Words_options_arguments_and_the_rest_are_told_apart()
    {
        var (invocation, _, _) = Parse("mcp", "add", "files", "--approve=all", "--class", "a=read", "--class", "b=read", "--", "node", "--config", "x");
        Assert.Equal("mcp add", invocation!.Verb.Path);
        Assert.Equal("files", invocation["NAME"]);
        Assert.Equal("all", invocation.Option("--approve"));
        Assert.Equal(["a=read", "b=read"], invocation.Options["--class"]);
        Assert.Equal(["node", "--config", "x"], invocation.Rest);
    }

    [Theory]
    [InlineData("did you mean \"obstat init\"?", "inti")]
    [InlineData("did you mean \"obstat mcp wrap\"?", "mcp", "warp")]
    [InlineData("did you mean \"--template\"?", "init", "--templat", "x")]
    [InlineData("unknown option \"-x\"", "init", "-x")]
    [InlineData("unexpected argument \"here\"", "init", "here")]
    [InlineData("--template needs a value", "init", "--template")]
    [InlineData("--template is given twice", "init", "--template", "a", "--template", "b")]
    [InlineData("--denied takes no value", "decisions", "list", "--denied=yes")]
    [InlineData("NAME is missing", "mcp", "show")]
    [InlineData("nothing is taken after --", "init", "--", "x")]
    [InlineData("nothing stands after --", "mcp", "add", "a", "--")]
    [InlineData("expected table or json", "status", "-o", "xml")]
    [InlineData("unknown command \"\\u{1b}[31m\"", "\u001b[31m")]
    public void A_line_that_is_not_understood_is_refused_with_a_way_on(string expected, params string[] words)
    {
        var (invocation, help, error) = Parse(words);
        Assert.Null(invocation);
        Assert.Null(help);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("\n  fix     ", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error!);
    }

    [Fact]
    public void No_option_and_no_verb_turns_a_refusal_into_an_execution()
    {
        var names = Entry.Verbs.SelectMany(v => v.Options.Select(o => o.Name).Append(v.Path)).Concat(Parser.Everywhere.Select(o => o.Name)).ToArray();
        Assert.DoesNotContain(names, n => Forbidden.Any(f => n.Contains(f, StringComparison.OrdinalIgnoreCase)));
        Assert.Contains("init", names);
    }

    [Fact]
    public void Every_example_of_help_is_a_line_that_parses()
    {
        foreach (var verb in Entry.Verbs)
        {
            foreach (var example in verb.Examples)
            {
                var line = example.Split(" > ")[0];
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Trim('"')).Skip(1).ToArray();
                Assert.True(Parse(words).Invocation?.Verb == verb, example);
            }
        }
    }

    [Fact]
    public void The_page_of_all_commands_is_what_help_says()
    {
        var page = new StringBuilder("# Commands\n\nWhat `obstat COMMAND --help` says. Conventions: data on standard output, everything else on standard error.\n\n```text\n")
            .Append(HelpText.Of(Entry.Verbs)).Append("```\n");
        foreach (var verb in Entry.Verbs)
        {
            _ = page.Append("\n## ").Append(verb.Path).Append("\n\n```text\n").Append(HelpText.Of(verb)).Append("```\n");
        }

        var made = Path.Combine(AppContext.BaseDirectory, "cli.md");
        File.WriteAllText(made, page.ToString());
        var path = Path.Combine(Obstat.Tests.Vectors.Root, "docs", "cli.md");
        Assert.True(File.Exists(path) && File.ReadAllText(path) == page.ToString(), $"docs/cli.md is not what help says: look at {made} and copy it");
    }
}
