using System.Collections.Frozen;

namespace Obstat.Cedar.Syntax;

/// <summary>What may be a name: <c>[_a-zA-Z][_a-zA-Z0-9]*</c>, and not a reserved word.</summary>
public static class Identifiers
{
    private static readonly FrozenSet<string> Reserved =
        new[] { "true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the text has the form of an identifier, reserved or not.</summary>
    public static bool IsIdentifierText(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !IsStart(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!IsPart(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the word is reserved everywhere but in annotation names.</summary>
    public static bool IsReserved(string word) => Reserved.Contains(word);

    /// <summary>Whether the text is an identifier that may name something.</summary>
    public static bool IsName(string text) => IsIdentifierText(text) && !IsReserved(text);

    /// <summary>Whether the text is a path of names, such as <c>A::B</c>.</summary>
    public static bool IsPath(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.AsSpan();
        var words = Reserved.GetAlternateLookup<ReadOnlySpan<char>>();
        while (true)
        {
            var end = rest.IndexOf("::", StringComparison.Ordinal);
            var part = end < 0 ? rest : rest[..end];
            if (!IsIdentifierText(part) || words.Contains(part))
            {
                return false;
            }

            if (end < 0)
            {
                return true;
            }

            rest = rest[(end + 2)..];
        }
    }

    internal static bool IsActionType(string type) => type is "Action" || type.EndsWith("::Action", StringComparison.Ordinal);

    internal static bool IsStart(char c) => char.IsAsciiLetter(c) || c == '_';

    internal static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
