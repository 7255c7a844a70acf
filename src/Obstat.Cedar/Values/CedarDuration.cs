using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Obstat.Cedar.Values;

/// <summary>A length of time in milliseconds, perhaps negative.</summary>
public sealed class CedarDuration : CedarValue
{
    private static readonly (string Suffix, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    private CedarDuration(long milliseconds) => Milliseconds = milliseconds;

    /// <summary>The length in milliseconds.</summary>
    public long Milliseconds { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Duration;

    /// <summary>The length of so many milliseconds.</summary>
    public static CedarDuration OfMilliseconds(long milliseconds) => new(milliseconds);

    /// <summary>
    /// Reads the form of the function <c>duration</c>: an optional <c>-</c>, then numbers with the units d, h, m, s, ms in this order, each at most once, at least one.
    /// Refuses what does not fit 64 bits.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CedarDuration? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = null;
        var negative = text.StartsWith('-');
        var s = text.AsSpan(negative ? 1 : 0);
        if (s.IsEmpty)
        {
            return false;
        }

        Int128 sum = 0;
        var nextUnit = 0;
        while (!s.IsEmpty)
        {
            var digits = 0;
            Int128 number = 0;
            for (; digits < s.Length && char.IsAsciiDigit(s[digits]); digits++)
            {
                number = (number * 10) + (s[digits] - '0');
                if (number > (Int128)long.MaxValue + 1)
                {
                    return false;
                }
            }

            s = s[digits..];
            var letters = s.StartsWith("ms") ? 2 : Math.Min(s.Length, 1);
            var unit = IndexOfUnit(s[..letters]);
            if (digits == 0 || unit < nextUnit)
            {
                return false;
            }

            sum += (negative ? -number : number) * Units[unit].Milliseconds;
            if (sum < long.MinValue || sum > long.MaxValue)
            {
                return false;
            }

            nextUnit = unit + 1;
            s = s[letters..];
        }

        value = new((long)sum);
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDuration that && Milliseconds == that.Milliseconds;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CedarKind.Duration, Milliseconds);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"duration(\"{Milliseconds}ms\")");

    private static int IndexOfUnit(ReadOnlySpan<char> suffix)
    {
        for (var i = 0; i < Units.Length; i++)
        {
            if (suffix.SequenceEqual(Units[i].Suffix))
            {
                return i;
            }
        }

        return -1;
    }
}
