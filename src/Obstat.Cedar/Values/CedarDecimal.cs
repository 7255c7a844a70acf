using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Obstat.Cedar.Values;

/// <summary>An exact decimal number with four fraction digits: a 64-bit count of ten-thousandths.</summary>
public sealed class CedarDecimal : CedarValue
{
    /// <summary>Ten-thousandths in one.</summary>
    public const long Scale = 10_000;

    private CedarDecimal(long units) => Units = units;

    /// <summary>The value times ten thousand.</summary>
    public long Units { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Decimal;

    /// <summary>A decimal of so many ten-thousandths.</summary>
    public static CedarDecimal OfUnits(long units) => new(units);

    /// <summary>
    /// Reads the form of the function <c>decimal</c>: an optional <c>-</c>, digits, a point, one to four digits. Refuses all else, and what lies outside the range.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CedarDecimal? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = null;
        var negative = text.StartsWith('-');
        var at = negative ? 1 : 0;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = text.Length - point - 1;
        if (point <= at || fraction is < 1 or > 4)
        {
            return false;
        }

        Int128 units = 0;
        for (; at < text.Length; at++)
        {
            if (at == point)
            {
                continue;
            }

            if (!char.IsAsciiDigit(text[at]))
            {
                return false;
            }

            units = (units * 10) + (text[at] - '0');
            if (units > (Int128)long.MaxValue * 10)
            {
                return false;
            }
        }

        for (; fraction < 4; fraction++)
        {
            units *= 10;
        }

        units = negative ? -units : units;
        if (units < long.MinValue || units > long.MaxValue)
        {
            return false;
        }

        value = new((long)units);
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDecimal that && Units == that.Units;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CedarKind.Decimal, Units);

    /// <summary>The number as text, with one to four fraction digits.</summary>
    public string ToNumberText()
    {
        var magnitude = Units < 0 ? -(Int128)Units : Units;
        var fraction = ((int)(magnitude % Scale)).ToString("D4", CultureInfo.InvariantCulture).TrimEnd('0');
        var whole = (magnitude / Scale).ToString(CultureInfo.InvariantCulture);
        return $"{(Units < 0 ? "-" : "")}{whole}.{(fraction.Length == 0 ? "0" : fraction)}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"decimal(\"{ToNumberText()}\")";
}
