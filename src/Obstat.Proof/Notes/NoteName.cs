using System.Text;

namespace Obstat.Proof.Notes;

/// <summary>The name of a note key (C2SP signed-note): not empty, no Unicode space, no plus sign, no control character. For a log it is the origin.</summary>
public static class NoteName
{
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || rune.Value is '+' or < 0x20 or 0x7F or 0xFFFD)
            {
                return false;
            }
        }

        return true;
    }
}
