using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Obstat.Console.Parts;

/// <summary>Words, strings and comments of a text, for the eye only: weight and shade, no rainbow. A token that is not known stays plain.</summary>
internal static partial class CodeTokens
{
    /// <summary>The text in lines, each in pieces with the class that they are shown in; hidden characters as code points.</summary>
    public static ImmutableArray<ImmutableArray<(string Text, string? Kind)>> Lines(string text, string language)
        => [.. text.TrimEnd('\n').Split('\n').Select(line => Pieces(line.TrimEnd('\r'), language == "json" ? Json() : Cedar()))];

    private static ImmutableArray<(string Text, string? Kind)> Pieces(string line, Regex tokens)
    {
        var pieces = ImmutableArray.CreateBuilder<(string, string?)>();
        var at = 0;
        foreach (Match token in tokens.Matches(line))
        {
            Add(line[at..token.Index], null);
            Add(token.Value, token.Groups["c"].Success ? "c" : token.Groups["s"].Success ? "s" : "k");
            at = token.Index + token.Length;
        }

        Add(line[at..], null);
        return pieces.DrainToImmutable();

        void Add(string piece, string? kind)
        {
            foreach (var (text, point) in ShownText.Parts(piece, keepsLines: true))
            {
                pieces.Add((text, point is null ? kind : "cp"));
            }
        }
    }

    [GeneratedRegex("""(?<c>//.*$)|(?<s>"(?:[^"\\]|\\.)*")|(?<k>\b(?:permit|forbid|when|unless|in|has|like|is|if|then|else|true|false)\b|@[a-z_]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Cedar();

    [GeneratedRegex("""(?<k>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<s>"(?:[^"\\]|\\.)*")""")]
    private static partial Regex Json();
}
