using Obstat.Cedar.Values;

namespace Obstat.Cedar.Mcp;

/// <summary>The string formats of JSON Schema whose values are moments and lengths.</summary>
internal static class InputText
{
    /// <summary>RFC 3339 with <c>T</c>, at most three fraction digits and an offset: as Cedar writes it, but for the colon of the offset.</summary>
    public static CedarDateTime? DateTime(string text)
    {
        if (text.Length < 20 || text[10] != 'T')
        {
            return null;
        }

        var s = text;
        var fraction = s.IndexOf('.', StringComparison.Ordinal);
        if (fraction == 19)
        {
            // Fewer than three digits mean the same with zeros behind them.
            var end = fraction + 1;
            while (end < s.Length && char.IsAsciiDigit(s[end]))
            {
                end++;
            }

            var digits = end - fraction - 1;
            if (digits is < 1 or > 3)
            {
                return null;
            }

            s = s.Insert(end, new string('0', 3 - digits));
        }

        var tail = s.Length - 6;
        if (!s.EndsWith('Z'))
        {
            if (tail < 19 || s[tail] is not ('+' or '-') || s[tail + 3] != ':')
            {
                return null;
            }

            s = s.Remove(tail + 3, 1);
        }

        return CedarDateTime.TryParse(s, out var moment) ? moment : null;
    }

    /// <summary>ISO 8601: <c>PnW</c>, or <c>PnDTnHnMnS</c> with seconds to the millisecond. Years and months have no fixed length and are refused, as are signs.</summary>
    public static CedarDuration? Duration(string text)
    {
        if (text.Length < 3 || text[0] != 'P')
        {
            return null;
        }

        Int128 total = 0;
        var (isTime, lastUnit) = (false, -1);
        for (var i = 1; i < text.Length;)
        {
            if (text[i] == 'T')
            {
                if (isTime || i == text.Length - 1)
                {
                    return null;
                }

                (isTime, i) = (true, i + 1);
                continue;
            }

            if (!TryReadNumber(text, ref i, out var thousandths, out var hasFraction) || i >= text.Length)
            {
                return null;
            }

            var (unit, seconds) = (text[i++], isTime) switch
            {
                ('W', false) => (0, 604_800),
                ('D', false) => (1, 86_400),
                ('H', true) => (2, 3600),
                ('M', true) => (3, 60),
                ('S', true) => (4, 1),
                _ => (-1, 0),
            };
            if (unit <= lastUnit || (hasFraction && unit != 4) || (unit == 0 && i < text.Length))
            {
                return null;
            }

            lastUnit = unit;
            total += thousandths * seconds;
            if (total > long.MaxValue)
            {
                return null;
            }
        }

        return lastUnit < 0 ? null : CedarDuration.OfMilliseconds((long)total);
    }

    private static bool TryReadNumber(string text, ref int at, out Int128 thousandths, out bool hasFraction)
    {
        (thousandths, hasFraction) = (0, false);
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            thousandths = (thousandths * 10) + (text[at++] - '0');
            if (thousandths > long.MaxValue)
            {
                return false;
            }
        }

        if (at == start)
        {
            return false;
        }

        thousandths *= 1000;
        if (at >= text.Length || text[at] is not ('.' or ','))
        {
            return true;
        }

        hasFraction = true;
        var weight = 100;
        for (at++; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            if (weight == 0)
            {
                return false;
            }

            thousandths += (text[at] - '0') * weight;
            weight /= 10;
        }

        return weight < 100;
    }
}
