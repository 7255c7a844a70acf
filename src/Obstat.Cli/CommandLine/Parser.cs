using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cli.Output;
using Obstat.Settings;

namespace Obstat.Cli.CommandLine;

/// <summary>
/// Reads a command line: words of the verb, options as <c>--name value</c> or <c>--name=value</c>, arguments, and after <c>--</c> words that are taken as they stand.
/// Anything not understood is refused with the nearest known name; no abbreviation, no bundling of short options.
/// </summary>
internal sealed class Parser(ImmutableArray<Verb> verbs)
{
    /// <summary>Options that every verb has.</summary>
    public static ImmutableArray<Option> Everywhere { get; } =
    [
        new("--config", "FILE", "the configuration file (default: obstat.json here)"),
        new("--output", "table|json", "form of the data on standard output", "-o"),
        new("--help", null, "this text", "-h"),
    ];

    /// <summary>All verbs.</summary>
    public ImmutableArray<Verb> Verbs => verbs;

    /// <summary>Reads a command line; otherwise the text that was asked for (<paramref name="help"/>) or the error.</summary>
    public bool TryParse(IReadOnlyList<string> words, Terminal terminal, [NotNullWhen(true)] out Invocation? invocation, out string? help, out ErrorText? error)
    {
        (invocation, help, error) = (null, null, null);
        if (words.Count == 0)
        {
            help = HelpText.Short;
            return false;
        }

        if (words[0] is "--help" or "-h" or "help" && words.Count == 1)
        {
            help = HelpText.Of(verbs);
            return false;
        }

        var verb = verbs.Where(v => Begins(words, v.Path)).MaxBy(v => v.Path.Length);
        if (verb is null)
        {
            var group = verbs.Where(v => v.Path.StartsWith(words[0] + " ", StringComparison.Ordinal)).ToImmutableArray();
            if (!group.IsEmpty && (words.Count == 1 || words[1] is "--help" or "-h"))
            {
                help = HelpText.Of(group);
                return false;
            }

            error = Unknown(words, group);
            return false;
        }

        return TryParse(verb, [.. words.Skip(verb.Path.Split(' ').Length)], terminal, out invocation, out help, out error);
    }

    private static bool TryParse(Verb verb, ImmutableArray<string> words, Terminal terminal, out Invocation? invocation, out string? help, out ErrorText? error)
    {
        (invocation, help, error) = (null, null, null);
        var known = Everywhere.AddRange(verb.Options);
        var options = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var arguments = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var rest = ImmutableArray<string>.Empty;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                rest = words[(i + 1)..];
                if (verb.Rest is null || rest.IsEmpty)
                {
                    error = Misused(verb, verb.Rest is null ? "nothing is taken after --" : "nothing stands after --");
                    return false;
                }

                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                if (arguments.Count == verb.Arguments.Length)
                {
                    error = Misused(verb, $"unexpected argument \"{Shown.Of(word, 64)}\"");
                    return false;
                }

                arguments[verb.Arguments[arguments.Count].Name] = word;
                continue;
            }

            var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
            var name = equals < 0 ? word : word[..equals];
            var option = known.FirstOrDefault(o => o.Name == name || (o.Short is not null && o.Short == name));
            if (option is null)
            {
                var near = Spelling.Nearest(name, known.Select(o => o.Name));
                error = ErrorText.Of("usage", $"obstat {verb.Path}: unknown option \"{Shown.Of(name, 64)}\"", "a misspelt option must not silently not apply",
                    $"{(near is null ? "" : $"did you mean \"{near}\"?  ")}known here: {string.Join(", ", known.Select(o => o.Name))}");
                return false;
            }

            if (option.Name == "--help")
            {
                help = HelpText.Of(verb);
                return false;
            }

            string value;
            if (option.Value is null ? equals >= 0 : equals < 0 && i + 1 == words.Length)
            {
                error = Misused(verb, option.Value is null ? $"{option.Name} takes no value" : $"{option.Name} needs a value: {option.Name} {option.Value}");
                return false;
            }
            else
            {
                value = option.Value is null ? "" : equals >= 0 ? word[(equals + 1)..] : words[++i];
            }

            var values = options.GetValueOrDefault(option.Name, []);
            if (!option.Repeats && !values.IsEmpty)
            {
                error = Misused(verb, $"{option.Name} is given twice");
                return false;
            }

            options[option.Name] = values.Add(value);
        }

        if (verb.Arguments.Where(a => a.IsRequired).FirstOrDefault(a => !arguments.ContainsKey(a.Name)) is { } missing)
        {
            error = Misused(verb, $"{missing.Name} is missing: {missing.About}");
            return false;
        }

        var form = options.TryGetValue("--output", out var forms) ? forms[0] : "table";
        if (form is not ("table" or "json"))
        {
            error = Misused(verb, $"--output is \"{Shown.Of(form, 64)}\", expected table or json");
            return false;
        }

        invocation = new Invocation(terminal, verb, arguments.ToImmutable(), options.ToImmutable(), rest, form == "json" ? OutputForm.Json : OutputForm.Table);
        return true;
    }

    private static bool Begins(IReadOnlyList<string> words, string path)
    {
        var parts = path.Split(' ');
        return parts.Length <= words.Count && !parts.Where((p, i) => p != words[i]).Any();
    }

    private ErrorText Unknown(IReadOnlyList<string> words, ImmutableArray<Verb> group)
    {
        var (asked, candidates) = group.IsEmpty
            ? (words[0], verbs.Select(v => v.Path.Split(' ')[0]).Distinct(StringComparer.Ordinal).ToImmutableArray())
            : ($"{words[0]} {words[1]}", [.. group.Select(v => v.Path)]);
        var near = Spelling.Nearest(asked, candidates);
        return ErrorText.Of("usage", $"unknown command \"{Shown.Of(asked, 64)}\"", "obstat does only what it was asked to",
            $"{(near is null ? "" : $"did you mean \"obstat {near}\"?  ")}known: {string.Join(", ", candidates)}");
    }

    private static ErrorText Misused(Verb verb, string what)
        => ErrorText.Of("usage", $"obstat {verb.Path}: {what}", $"usage: {HelpText.Usage(verb)}", $"obstat {verb.Path} --help");
}
