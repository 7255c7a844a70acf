using System.Globalization;
using System.Text;

namespace Obstat.Cli.Output;

/// <summary>Texts of others as they may be shown: cut, control and format characters as escapes, so that no name can write over the screen or turn a line round.</summary>
internal static class Shown
{
    /// <summary>At most <paramref name="max"/> characters; a cut is marked.</summary>
    public static string Of(string text, int max = 200)
    {
        var shown = new StringBuilder();
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (++count > max)
            {
                return shown.Append("..").ToString();
            }

            _ = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                    => shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => shown.Append(rune.ToString()),
            };
        }

        return shown.ToString();
    }

    /// <summary>How long ago or how long yet, in one unit.</summary>
    public static string Of(TimeSpan span) => span.TotalSeconds < 1 ? FormattableString.Invariant($"{span.TotalMilliseconds:0} ms")
        : span.TotalMinutes < 2 ? FormattableString.Invariant($"{span.TotalSeconds:0} s")
        : span.TotalHours < 2 ? FormattableString.Invariant($"{span.TotalMinutes:0} min")
        : span.TotalDays < 2 ? FormattableString.Invariant($"{span.TotalHours:0} h")
        : FormattableString.Invariant($"{span.TotalDays:0} d");
}
