using System.Collections.Immutable;
using System.Text;

namespace Obstat.Cli.CommandLine;

/// <summary>The texts of <c>--help</c>. Examples come first, because most people look for one.</summary>
internal static class HelpText
{
    /// <summary>What <c>obstat</c> alone says.</summary>
    public const string Short = """
        obstat demo      watch a gate refuse, permit and prove (one minute, offline)
        obstat init      guard something of yours
        obstat status    is it shut, does it serve
        obstat --help    all commands

        """;

    /// <summary>All commands, or those of a group.</summary>
    public static string Of(ImmutableArray<Verb> verbs)
    {
        var width = verbs.Max(v => v.Path.Length);
        var text = new StringBuilder("Usage: obstat COMMAND [options]      obstat COMMAND --help\n\n");
        foreach (var verb in verbs)
        {
            _ = text.Append("  ").Append(verb.Path.PadRight(width + 2)).Append(verb.About).Append('\n');
        }

        return text.Append("\nExit codes: 0 done, 1 failed, 2 usage, 10 denied, 12 not verified, 13 incomplete, 14 policy invalid, 15 not closed, 20 plane away, 130 interrupted\n").ToString();
    }

    /// <summary>One command.</summary>
    public static string Of(Verb verb)
    {
        var text = new StringBuilder("Examples:\n");
        foreach (var example in verb.Examples)
        {
            _ = text.Append("  ").Append(example).Append('\n');
        }

        _ = text.Append('\n').Append(verb.About).Append("\n\nUsage: ").Append(Usage(verb)).Append('\n');
        Section(text, "Arguments", verb.Arguments.Select(a => (a.Name, a.About)));
        Section(text, "Options", verb.Options.AddRange(Parser.Everywhere).Select(o => ((o.Short is null ? "" : o.Short + ", ") + o.Name + (o.Value is null ? "" : " " + o.Value), o.About)));
        return verb.More.Length == 0 ? text.ToString() : text.Append('\n').Append(verb.More).Append('\n').ToString();
    }

    /// <summary>The form of a command line.</summary>
    public static string Usage(Verb verb)
    {
        var text = new StringBuilder("obstat ").Append(verb.Path);
        foreach (var argument in verb.Arguments)
        {
            _ = text.Append(' ').Append(argument.IsRequired ? argument.Name : $"[{argument.Name}]");
        }

        _ = text.Append(verb.Options.IsEmpty ? "" : " [options]");
        return verb.Rest is null ? text.ToString() : text.Append(" -- ").Append(verb.Rest).ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<(string Name, string About)> rows)
    {
        var all = rows.ToImmutableArray();
        if (all.IsEmpty)
        {
            return;
        }

        var width = all.Max(r => r.Name.Length);
        _ = text.Append('\n').Append(title).Append(":\n");
        foreach (var (name, about) in all)
        {
            _ = text.Append("  ").Append(name.PadRight(width + 2)).Append(about).Append('\n');
        }
    }
}
