using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Obstat.Console.Parts;

/// <summary>Texts of others, taken apart so that nothing in them can turn, hide or overwrite what stands beside it: what has no picture of its own becomes its code point.</summary>
internal static class ShownText
{
    /// <summary>The parts of a text, in order. Null <c>CodePoint</c>: text as it is. Line breaks and tabs stay where <paramref name="keepsLines"/> says so.</summary>
    public static ImmutableArray<(string Text, string? CodePoint)> Parts(string text, bool keepsLines = false)
    {
        var parts = ImmutableArray.CreateBuilder<(string, string?)>();
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var isRune = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isRune ? rune.Utf16SequenceLength : 1;
            if (isRune && (!IsHidden(rune) || (keepsLines && rune.Value is '\n' or '\t')))
            {
                _ = plain.Append(text, i, length);
            }
            else
            {
                Flush();
                var value = isRune ? rune.Value : text[i];
                parts.Add((string.Create(CultureInfo.InvariantCulture, $"U+{value:X4}"), Name(value)));
            }

            i += length;
        }

        Flush();
        return parts.DrainToImmutable();

        void Flush()
        {
            if (plain.Length > 0)
            {
                parts.Add((plain.ToString(), null));
                _ = plain.Clear();
            }
        }
    }

    /// <summary>The same on one line of plain text: code points in angle brackets.</summary>
    public static string Plain(string text) => string.Concat(Parts(text).Select(p => p.CodePoint is null ? p.Text : $"⟨{p.Text}⟩"));

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator && rune.Value != ' ')
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F);

    private static string Name(int value) => value switch
    {
        0x00 => "null",
        0x07 => "bell",
        0x08 => "backspace",
        0x09 => "tab",
        0x0A => "line feed",
        0x0D => "carriage return",
        0x1B => "escape",
        0xA0 => "no-break space",
        0xAD => "soft hyphen",
        0x200B => "zero width space",
        0x200C => "zero width non-joiner",
        0x200D => "zero width joiner",
        0x200E => "left-to-right mark",
        0x200F => "right-to-left mark",
        0x2028 => "line separator",
        0x202A => "left-to-right embedding",
        0x202B => "right-to-left embedding",
        0x202C => "pop directional formatting",
        0x202D => "left-to-right override",
        0x202E => "right-to-left override",
        0x2060 => "word joiner",
        0x2066 => "left-to-right isolate",
        0x2067 => "right-to-left isolate",
        0x2068 => "first strong isolate",
        0x2069 => "pop directional isolate",
        0xFEFF => "zero width no-break space",
        _ => "a character without a picture",
    };
}
