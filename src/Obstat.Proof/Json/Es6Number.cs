using System.Globalization;

namespace Obstat.Proof.Json;

/// <summary>Numbers as ECMAScript prints them (RFC 8785 section 3.2.2.3), and whether a JSON token says exactly the double it is read as.</summary>
internal static class Es6Number
{
    /// <summary>The shortest text that reads back as the same double.</summary>
    public static string Format(double value)
    {
        var (digits, point, negative) = Split(value.ToString("R", CultureInfo.InvariantCulture));
        if (digits.Length == 0)
        {
            return "0";
        }

        var sign = negative ? "-" : "";
        var text = point switch
        {
            > 21 or <= -6 => Exponential(digits, point - 1),
            <= 0 => "0." + new string('0', -point) + digits,
            _ when digits.Length <= point => digits + new string('0', point - digits.Length),
            _ => digits[..point] + "." + digits[point..],
        };
        return sign + text;
    }

    /// <summary>
    /// Whether the token and the shortest form of its double have the same digits and exponent, and an integer lies within +-(2^53 - 1).
    /// Otherwise two tokens would share one canonical form, and a permit for one would cover the other.
    /// </summary>
    public static bool IsExact(string token, double value)
    {
        if (!double.IsFinite(value) || (value == 0 && token[0] == '-') || (double.IsInteger(value) && Math.Abs(value) > JsonValue.IntegerMax))
        {
            return false;
        }

        var (digits, point, _) = Split(token);
        var (shortest, shortestPoint, _) = Split(value.ToString("R", CultureInfo.InvariantCulture));
        return digits == shortest && (digits.Length == 0 || point == shortestPoint);
    }

    private static string Exponential(string digits, int exponent)
        => (digits.Length == 1 ? digits : digits[..1] + "." + digits[1..]) + "e" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString(CultureInfo.InvariantCulture);

    /// <summary>Significant digits without leading and trailing zeros, and where the decimal point stands before them: 12.5 is ("125", 2).</summary>
    private static (string Digits, int Point, bool Negative) Split(string token)
    {
        var negative = token[0] == '-';
        var mantissa = negative ? token[1..] : token;
        var exponent = 0;
        if (mantissa.IndexOfAny(['e', 'E']) is var at and >= 0)
        {
            // An exponent beyond int belongs to zero or to no finite double.
            exponent = int.TryParse(mantissa[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var e) && Math.Abs(e) < 1 << 20 ? e : 1 << 20;
            mantissa = mantissa[..at];
        }

        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = dot < 0 ? mantissa : mantissa.Remove(dot, 1);
        var digits = all.TrimStart('0');
        var point = (dot < 0 ? mantissa.Length : dot) - (all.Length - digits.Length) + exponent;
        return (digits.TrimEnd('0'), point, negative);
    }
}
