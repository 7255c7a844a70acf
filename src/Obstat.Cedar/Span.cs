namespace Obstat.Cedar;

/// <summary>A stretch of source text, in UTF-16 code units. <see langword="default"/> is "no place".</summary>
/// <param name="Start">Offset of the first unit.</param>
/// <param name="Length">Number of units; 0 marks a point.</param>
public readonly record struct Span(int Start, int Length)
{
    /// <summary>Offset just behind the last unit.</summary>
    public int End => Start + Length;

    /// <summary>The smallest span that holds both.</summary>
    public static Span Cover(Span first, Span last) => new(first.Start, Math.Max(last.End - first.Start, 0));

    /// <summary>Line and column of the start, both counted from 1, columns in UTF-16 code units.</summary>
    public (int Line, int Column) Locate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (line, lineStart) = (1, 0);
        var end = Math.Min(Start, text.Length);
        for (var i = 0; i < end; i++)
        {
            if (text[i] == '\n')
            {
                (line, lineStart) = (line + 1, i + 1);
            }
        }

        return (line, end - lineStart + 1);
    }
}
