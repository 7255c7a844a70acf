using System.Text;
using System.Text.RegularExpressions;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// The <c>pattern</c> of JSON Schema: a regular expression of ECMA-262, run by an engine without backtracking. What cannot be carried over exactly is refused.
/// </summary>
internal static class SchemaPattern
{
    private const int LengthMax = 1000;

    public static Regex? Compile(string pattern)
    {
        if (pattern.Length > LengthMax || Translate(pattern) is not { } translated)
        {
            return null;
        }

        try
        {
            return new(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Where the two languages differ, the .NET form of what ECMA-262 means.</summary>
    private static string? Translate(string pattern)
    {
        var target = new StringBuilder();
        var isInClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\')
            {
                if (++i >= pattern.Length || Escape(pattern[i], isInClass) is not { } escape)
                {
                    return null;
                }

                _ = target.Append(escape);
                continue;
            }

            if (isInClass)
            {
                // A second bracket inside a class means subtraction or nesting to one of the two languages.
                if (c == '[')
                {
                    return null;
                }

                isInClass = c != ']';
                _ = target.Append(c);
                continue;
            }

            switch (c)
            {
                case '[':
                    // An empty class is legal there and not here.
                    if (pattern.AsSpan(i).StartsWith("[]") || pattern.AsSpan(i).StartsWith("[^]"))
                    {
                        return null;
                    }

                    isInClass = true;
                    _ = target.Append(c);
                    break;
                case '$':
                    // Here a dollar would also match before a last newline.
                    _ = target.Append("\\z");
                    break;
                case '.':
                    _ = target.Append("[^\\n\\r\\u2028\\u2029]");
                    break;
                case '(' when pattern.AsSpan(i).StartsWith("(?") && !pattern.AsSpan(i).StartsWith("(?:"):
                    return null;
                case '#' or ' ':
                    _ = target.Append('\\').Append(c);
                    break;
                default:
                    _ = target.Append(c);
                    break;
            }
        }

        return target.ToString();
    }

    private static string? Escape(char c, bool isInClass) => c switch
    {
        'd' => isInClass ? "0-9" : "[0-9]",
        'w' => isInClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]",
        's' => isInClass ? "\\s\\uFEFF" : "[\\s\\uFEFF]",
        'D' when !isInClass => "[^0-9]",
        'W' when !isInClass => "[^A-Za-z0-9_]",
        'S' when !isInClass => "[^\\s\\uFEFF]",
        'n' or 'r' or 't' or 'f' or 'v' => "\\" + c,
        _ when c < 0x80 && !char.IsAsciiLetterOrDigit(c) => "\\" + c,
        _ => null,
    };
}
