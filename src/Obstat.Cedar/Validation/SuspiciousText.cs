using System.Globalization;
using System.Text;

namespace Obstat.Cedar.Validation;

/// <summary>Text that shows something else than it says: invisible and reordering characters, and letters of several look-alike scripts.</summary>
internal static class SuspiciousText
{
    private static readonly (int First, int Last, string Script)[] Scripts =
    [
        (0x41, 0x5a, "Latin"), (0x61, 0x7a, "Latin"), (0xaa, 0xaa, "Latin"), (0xba, 0xba, "Latin"), (0xc0, 0x24f, "Latin"), (0x250, 0x2af, "Latin"),
        (0x370, 0x3ff, "Greek"), (0x400, 0x52f, "Cyrillic"), (0x531, 0x58f, "Armenian"), (0x590, 0x5ff, "Hebrew"), (0x600, 0x6ff, "Arabic"),
        (0x10a0, 0x10ff, "Georgian"), (0x13a0, 0x13ff, "Cherokee"), (0x1d00, 0x1dbf, "Latin"), (0x1e00, 0x1eff, "Latin"), (0x1f00, 0x1fff, "Greek"),
        (0x2c60, 0x2c7f, "Latin"), (0x2c80, 0x2cff, "Coptic"), (0x2de0, 0x2dff, "Cyrillic"), (0xa640, 0xa69f, "Cyrillic"), (0xa720, 0xa7ff, "Latin"),
        (0xab70, 0xabbf, "Cherokee"), (0xff21, 0xff3a, "fullwidth Latin"), (0xff41, 0xff5a, "fullwidth Latin"), (0x1d400, 0x1d7ff, "mathematical"),
    ];

    /// <summary>What is suspicious, or nothing.</summary>
    public static string? Reason(string text)
    {
        string? script = null;
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Format:
                    return string.Create(CultureInfo.InvariantCulture, $"an invisible or reordering character U+{rune.Value:X4}");
                case UnicodeCategory.Control when rune.Value is not ('\n' or '\r' or '\t'):
                case UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    return string.Create(CultureInfo.InvariantCulture, $"a character without a picture U+{rune.Value:X4}");
                case UnicodeCategory.SpaceSeparator when rune.Value != ' ':
                    return string.Create(CultureInfo.InvariantCulture, $"a space that is not the space U+{rune.Value:X4}");
                default:
                    break;
            }

            if (ScriptOf(rune.Value) is not { } found)
            {
                continue;
            }

            if (script is not null && script != found)
            {
                return $"letters of {script} and of {found}";
            }

            script = found;
        }

        return null;
    }

    private static string? ScriptOf(int scalar)
    {
        foreach (var (first, last, script) in Scripts)
        {
            if (scalar >= first && scalar <= last)
            {
                return script;
            }
        }

        return null;
    }
}
