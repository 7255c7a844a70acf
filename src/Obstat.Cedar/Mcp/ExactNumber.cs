using System.Globalization;
using System.Numerics;

namespace Obstat.Cedar.Mcp;

/// <summary>A JSON number without rounding: a whole number times a power of ten. Refuses more than 400 characters and exponents beyond 400.</summary>
internal readonly record struct ExactNumber(BigInteger Mantissa, int Exponent)
{
    private const int Bound = 400;

    public static bool TryParse(string text, out ExactNumber number)
    {
        number = default;
        if (text.Length is 0 or > Bound)
        {
            return false;
        }

        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (e >= 0 && !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        var body = e < 0 ? text : text[..e];
        var point = body.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : body.Length - point - 1;
        if (Math.Abs((long)exponent) > Bound
            || !BigInteger.TryParse(point < 0 ? body : body.Remove(point, 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var mantissa))
        {
            return false;
        }

        number = new(mantissa, exponent - fraction);
        return true;
    }

    /// <summary>The number times 10^<paramref name="digits"/>, if that is whole.</summary>
    public BigInteger? Scaled(int digits)
    {
        var power = Exponent + digits;
        if (power >= 0)
        {
            return Mantissa * BigInteger.Pow(10, power);
        }

        var whole = BigInteger.DivRem(Mantissa, BigInteger.Pow(10, -power), out var rest);
        return rest.IsZero ? whole : null;
    }

    public int CompareTo(ExactNumber other)
    {
        var digits = Math.Max(0, Math.Max(-Exponent, -other.Exponent));
        return Scaled(digits)!.Value.CompareTo(other.Scaled(digits)!.Value);
    }

    public bool IsMultipleOf(ExactNumber step)
    {
        var digits = Math.Max(0, Math.Max(-Exponent, -step.Exponent));
        return !step.Mantissa.IsZero && (Scaled(digits)!.Value % step.Scaled(digits)!.Value).IsZero;
    }
}
