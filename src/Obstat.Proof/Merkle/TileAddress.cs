using System.Globalization;
using System.Text;

namespace Obstat.Proof.Merkle;

/// <summary>
/// Where a tile or an entry bundle lies (C2SP tlog-tiles): <c>tile/&lt;level or entries&gt;/&lt;N&gt;[.p/&lt;width&gt;]</c>, N in groups of three digits, all but the last with an <c>x</c> before them.
/// </summary>
/// <param name="Level">0 to 7, or <see cref="Entries"/>.</param>
/// <param name="N">Number of the tile in its level, from 0.</param>
/// <param name="Width">Hashes or entries in it: 1 to 256; below 256 it is partial.</param>
public readonly record struct TileAddress(int Level, long N, int Width)
{
    /// <summary>The level of entry bundles.</summary>
    public const int Entries = -1;

    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int WidthFull = 256;

    /// <summary>The highest level that a tree of fewer than 2^63 leaves has.</summary>
    public const int LevelMax = 7;

    private const int PathLengthMax = 128;

    public bool IsPartial => Width < WidthFull;

    /// <summary>How many hashes this tile has in a tree of this size: 0 where it does not exist.</summary>
    public static int WidthIn(long size, int level, long n)
    {
        var hashes = size >> (8 * Math.Max(level, 0)); // hashes of that level whose subtrees are full
        var full = hashes / WidthFull;
        return n < full ? WidthFull : n == full ? (int)(hashes % WidthFull) : 0;
    }

    /// <summary>Reads a path without a leading slash. Refuses every form but the one that <see cref="ToString"/> gives.</summary>
    public static bool TryParse(string path, out TileAddress address)
    {
        ArgumentNullException.ThrowIfNull(path);
        address = default;
        var parts = path.Split('/');
        if (path.Length > PathLengthMax || parts.Length < 3 || parts[0] != "tile")
        {
            return false;
        }

        var level = parts[1] == "entries" ? Entries : Number(parts[1]);
        var width = WidthFull;
        var end = parts.Length;
        if (level < Entries || level > LevelMax || (level < 0 && parts[1] != "entries"))
        {
            return false;
        }

        if (parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            width = Number(parts[^1]);
            parts[^2] = parts[^2][..^2];
            end--;
        }

        long n = 0;
        for (var i = 2; i < end; i++)
        {
            var group = Number(parts[i].TrimStart('x').TrimStart('0') is { Length: > 0 } digits ? digits : "0");
            if (group is < 0 or > 999 || n > long.MaxValue / 1_000 - 1)
            {
                return false;
            }

            n = (n * 1_000) + group;
        }

        address = new(level, n, width);
        if (width is >= 1 and <= WidthFull && address.ToString() == path)
        {
            return true;
        }

        address = default;
        return false;
    }

    public override string ToString()
    {
        var path = new StringBuilder("tile/").Append(Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture)).Append('/');
        var digits = N.ToString("D3", CultureInfo.InvariantCulture);
        digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
        for (var at = 0; at < digits.Length; at += 3)
        {
            var isLast = at + 3 == digits.Length;
            _ = path.Append(isLast ? "" : "x").Append(digits, at, 3).Append(isLast ? "" : "/");
        }

        return (IsPartial ? path.Append(".p/").Append(Width.ToString(CultureInfo.InvariantCulture)) : path).ToString();
    }

    private static int Number(string digits)
        => digits.Length is >= 1 and <= 3 && digits.All(char.IsAsciiDigit) && (digits == "0" || digits[0] != '0') ? int.Parse(digits, CultureInfo.InvariantCulture) : -2;
}
