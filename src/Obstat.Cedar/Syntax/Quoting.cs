using System.Globalization;
using System.Text;

namespace Obstat.Cedar.Syntax;

/// <summary>Strings of the language and their escapes: <c>\n \r \t \0 \\ \' \"</c>, <c>\x00</c> to <c>\x7F</c>, <c>\u{1 to 6 hex digits}</c>, in patterns also <c>\*</c>.</summary>
internal static class Quoting
{
    /// <summary>Whether the text is a sequence of Unicode scalar values: no surrogate without its partner.</summary>
    public static bool IsScalarText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                return false;
            }

            i++;
        }

        return true;
    }

    /// <summary>The text as a string literal; all that does not print is escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        _ = quoted.Append('"');
        AppendEscaped(quoted, text, isPattern: false);
        return quoted.Append('"').ToString();
    }

    /// <summary>Appends text with its escapes; in a pattern a star is escaped too.</summary>
    public static void AppendEscaped(StringBuilder target, string text, bool isPattern)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => target.Append("\\n"),
                '\r' => target.Append("\\r"),
                '\t' => target.Append("\\t"),
                0 => target.Append("\\0"),
                '\\' => target.Append("\\\\"),
                '"' => target.Append("\\\""),
                '\'' => target.Append("\\'"),
                '*' when isPattern => target.Append("\\*"),
                >= 0x20 and < 0x7f => target.Append((char)rune.Value),
                _ when IsPrintable(rune) => target.Append(rune.ToString()),
                _ => target.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
            };
        }
    }

    /// <summary>
    /// Undoes the escapes of the text between two quotes. Returns the offset of the first bad escape, or -1.
    /// </summary>
    /// <param name="raw">The text between the quotes.</param>
    /// <param name="literal">Receives the literal characters.</param>
    /// <param name="wildcard">Called for each star that is not escaped; <see langword="null"/> where a star is a character and <c>\*</c> is refused.</param>
    public static int Unescape(ReadOnlySpan<char> raw, StringBuilder literal, Action? wildcard)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '*' && wildcard is not null)
            {
                wildcard();
                continue;
            }

            if (c != '\\')
            {
                _ = literal.Append(c);
                continue;
            }

            var start = i++;
            switch (i < raw.Length ? raw[i] : '\uffff')
            {
                case 'n': _ = literal.Append('\n'); break;
                case 'r': _ = literal.Append('\r'); break;
                case 't': _ = literal.Append('\t'); break;
                case '0': _ = literal.Append('\0'); break;
                case '\\': _ = literal.Append('\\'); break;
                case '\'': _ = literal.Append('\''); break;
                case '"': _ = literal.Append('"'); break;
                case '*' when wildcard is not null: _ = literal.Append('*'); break;
                case 'x':
                    if (i + 2 >= raw.Length || !TryHex(raw.Slice(i + 1, 2), out var ascii) || ascii > 0x7f)
                    {
                        return start;
                    }

                    _ = literal.Append((char)ascii);
                    i += 2;
                    break;
                case 'u':
                    var close = raw[i..].IndexOf('}');
                    if (close is < 3 or > 8 || raw[i + 1] != '{' || !TryHex(raw.Slice(i + 2, close - 2), out var scalar) || !Rune.IsValid(scalar))
                    {
                        return start;
                    }

                    _ = literal.Append(new Rune(scalar).ToString());
                    i += close;
                    break;
                default:
                    return start;
            }
        }

        return -1;
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Surrogate);

    private static bool TryHex(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }

            value = (value * 16) + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }

        return true;
    }
}
