using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Obstat.Cedar.Formatting;

/// <summary>A text with places where it may break: each group goes on one line if it fits there, else all its own places break. After Wadler, A prettier printer.</summary>
internal abstract class Doc
{
    private Doc()
    {
    }

    /// <summary>A place that is a space on one line.</summary>
    public static Doc Line { get; } = new Break(" ", IsHard: false);

    /// <summary>A place that is nothing on one line.</summary>
    public static Doc SoftLine { get; } = new Break("", IsHard: false);

    /// <summary>The end of a line, always.</summary>
    public static Doc HardLine { get; } = new Break("", IsHard: true);

    public static Doc Of(string text) => new Text(text);

    public static Doc Of(params ReadOnlySpan<Doc> parts) => new Sequence([.. parts]);

    public static Doc Group(params ReadOnlySpan<Doc> parts) => new Grouped(new Sequence([.. parts]));

    public static Doc Nest(int indent, params ReadOnlySpan<Doc> parts) => new Nested(indent, new Sequence([.. parts]));

    public string Render(int width)
    {
        var output = new StringBuilder();
        var work = new Stack<(int Indent, bool IsFlat, Doc Doc)>();
        work.Push((0, false, this));
        var (column, indentOfLine) = (0, 0);
        var isLineStart = true;
        while (work.TryPop(out var item))
        {
            switch (item.Doc)
            {
                case Text text:
                    var shown = isLineStart ? text.Value.TrimStart(' ') : text.Value;
                    if (shown.Length == 0)
                    {
                        break;
                    }

                    if (isLineStart)
                    {
                        _ = output.Append(' ', indentOfLine);
                        (column, isLineStart) = (indentOfLine, false);
                    }

                    _ = output.Append(shown);
                    column += WidthOf(shown);
                    break;
                case Break { IsHard: false } line when item.IsFlat:
                    if (!isLineStart)
                    {
                        _ = output.Append(line.Flat);
                        column += line.Flat.Length;
                    }

                    break;
                case Break:
                    // A line that a comment has ended already is not ended twice.
                    if (!isLineStart)
                    {
                        _ = output.Append('\n');
                    }

                    (column, indentOfLine, isLineStart) = (item.Indent, item.Indent, true);
                    break;
                case Nested nested:
                    work.Push((item.Indent + nested.Indent, item.IsFlat, nested.Inner));
                    break;
                case Grouped group:
                    work.Push((item.Indent, item.IsFlat || Fits(width - column, group.Inner, work), group.Inner));
                    break;
                case Sequence sequence:
                    for (var i = sequence.Parts.Length - 1; i >= 0; i--)
                    {
                        work.Push((item.Indent, item.IsFlat, sequence.Parts[i]));
                    }

                    break;
                default:
                    break;
            }
        }

        return output.ToString();
    }

    private static int WidthOf(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
                : IsWide(rune.Value) ? 2
                : 1;
        }

        return width;
    }

    /// <summary>East Asian Wide and Fullwidth (UAX 11), by blocks.</summary>
    private static bool IsWide(int scalar) => scalar is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0x303e) or (>= 0x3041 and <= 0xa4cf) or (>= 0xa960 and <= 0xa97c)
        or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff01 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
        or (>= 0x1f300 and <= 0x1f64f) or (>= 0x1f680 and <= 0x1f6ff) or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd);

    /// <summary>Whether what follows, the group on one line, reaches the next break within the width.</summary>
    private static bool Fits(int width, Doc group, Stack<(int Indent, bool IsFlat, Doc Doc)> rest)
    {
        var own = new Stack<(bool IsFlat, bool IsRest, Doc Doc)>();
        own.Push((true, false, group));
        using var behind = ((IEnumerable<(int Indent, bool IsFlat, Doc Doc)>)rest).GetEnumerator();
        while (width >= 0)
        {
            if (!own.TryPop(out var item))
            {
                if (!behind.MoveNext())
                {
                    return true;
                }

                item = (behind.Current.IsFlat, true, behind.Current.Doc);
            }

            switch (item.Doc)
            {
                case Text text:
                    width -= WidthOf(text.Value);
                    break;
                case Break { IsHard: true }:
                    return item.IsRest;
                case Break line:
                    if (!item.IsFlat)
                    {
                        return true;
                    }

                    width -= line.Flat.Length;
                    break;
                case Nested nested:
                    own.Push((item.IsFlat, item.IsRest, nested.Inner));
                    break;
                case Grouped grouped:
                    own.Push((item.IsFlat, item.IsRest, grouped.Inner));
                    break;
                case Sequence sequence:
                    for (var i = sequence.Parts.Length - 1; i >= 0; i--)
                    {
                        own.Push((item.IsFlat, item.IsRest, sequence.Parts[i]));
                    }

                    break;
                default:
                    break;
            }
        }

        return false;
    }

    private sealed class Text(string value) : Doc
    {
        public string Value { get; } = value;
    }

    private sealed class Break(string Flat, bool IsHard) : Doc
    {
        public string Flat { get; } = Flat;

        public bool IsHard { get; } = IsHard;
    }

    private sealed class Nested(int indent, Doc inner) : Doc
    {
        public int Indent { get; } = indent;

        public Doc Inner { get; } = inner;
    }

    private sealed class Grouped(Doc inner) : Doc
    {
        public Doc Inner { get; } = inner;
    }

    private sealed class Sequence(ImmutableArray<Doc> parts) : Doc
    {
        public ImmutableArray<Doc> Parts { get; } = parts;
    }
}
