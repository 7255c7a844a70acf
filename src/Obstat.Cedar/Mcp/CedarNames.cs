using System.Globalization;
using System.Text;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Mcp;

/// <summary>How names of servers, tools and properties become segments of namespaces and types.</summary>
public static class CedarNames
{
    /// <summary>
    /// The name itself if it is an identifier; else every UTF-8 byte outside <c>[A-Za-z0-9_]</c> as <c>_xHH</c>, a leading digit gets <c>_</c> before it, a
    /// reserved word <c>_</c> after it. Refuses (nothing) an empty name, <c>__cedar</c> and a name that is no Unicode text.
    /// </summary>
    public static string? Segment(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name == "__cedar" || name.Length > Limits.StringMax || !Quoting.IsScalarText(name))
        {
            return null;
        }

        var segment = new StringBuilder(name.Length);
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            _ = b < 0x80 && Identifiers.IsPart((char)b) ? segment.Append((char)b) : segment.Append(CultureInfo.InvariantCulture, $"_x{b:X2}");
        }

        if (char.IsAsciiDigit(segment[0]))
        {
            _ = segment.Insert(0, '_');
        }

        var result = segment.ToString();
        return Identifiers.IsReserved(result) ? result + "_" : result;
    }
}
