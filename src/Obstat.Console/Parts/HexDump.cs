using System.Globalization;
using System.Text;

namespace Obstat.Console.Parts;

/// <summary>Bytes as people compare them: offset, hex, printable ASCII.</summary>
internal static class HexDump
{
    private const int Width = 16;

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static string Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var dump = new StringBuilder(bytes.Length * 5);
        for (var at = 0; at < bytes.Length; at += Width)
        {
            var line = bytes.AsSpan(at, Math.Min(Width, bytes.Length - at));
            _ = dump.Append(CultureInfo.InvariantCulture, $"{at:x6}  ");
            for (var i = 0; i < Width; i++)
            {
                _ = i < line.Length ? dump.Append(CultureInfo.InvariantCulture, $"{line[i]:x2} ") : dump.Append("   ");
            }

            _ = dump.Append(' ');
            foreach (var b in line)
            {
                _ = dump.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
            }

            _ = dump.Append('\n');
        }

        return dump.ToString();
    }
}
