using System.Collections.Immutable;
using System.Text;

namespace Obstat.Cedar.Syntax;

/// <summary>The right side of <c>like</c>: literal pieces and wildcards. A wildcard stands for any number of characters.</summary>
public sealed class Pattern
{
    private readonly string _units;
    private readonly bool[] _wild;

    /// <summary>A pattern of pieces; <see langword="null"/> is a wildcard.</summary>
    public Pattern(IEnumerable<string?> parts)
    {
        Parts = [.. parts];
        var units = new StringBuilder();
        var wild = new List<bool>();
        foreach (var part in Parts)
        {
            // A run of wildcards matches what one matches.
            if (part is null)
            {
                if (wild.Count == 0 || !wild[^1])
                {
                    _ = units.Append('*');
                    wild.Add(true);
                }

                continue;
            }

            _ = units.Append(part);
            wild.AddRange(Enumerable.Repeat(false, part.Length));
        }

        (_units, _wild) = (units.ToString(), [.. wild]);
    }

    /// <summary>The pieces as written; <see langword="null"/> is a wildcard.</summary>
    public ImmutableArray<string?> Parts { get; }

    /// <summary>
    /// Whether the text matches: two pointers that fall back to the last wildcard only, so time is at most the product of the lengths.
    /// Comparing UTF-16 units is comparing scalars, because both sides are well formed.
    /// </summary>
    public bool Matches(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (t, p, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < _units.Length && _wild[p])
            {
                (star, mark) = (p++, t);
            }
            else if (p < _units.Length && _units[p] == text[t])
            {
                (t, p) = (t + 1, p + 1);
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++mark);
            }
            else
            {
                return false;
            }
        }

        while (p < _units.Length && _wild[p])
        {
            p++;
        }

        return p == _units.Length;
    }

    /// <summary>The pattern as a literal of the language.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("\"");
        foreach (var part in Parts)
        {
            if (part is null)
            {
                _ = text.Append('*');
            }
            else
            {
                Quoting.AppendEscaped(text, part, isPattern: true);
            }
        }

        return text.Append('"').ToString();
    }
}
