using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Obstat.Cedar.Values;

/// <summary>A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.</summary>
public sealed class CedarDateTime : CedarValue
{
    internal const long DayMilliseconds = 86_400_000;

    private CedarDateTime(long milliseconds) => Milliseconds = milliseconds;

    /// <summary>Milliseconds since the epoch; negative before it.</summary>
    public long Milliseconds { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.DateTime;

    /// <summary>The moment so many milliseconds after the epoch.</summary>
    public static CedarDateTime OfMilliseconds(long milliseconds) => new(milliseconds);

    /// <summary>
    /// Reads the form of the function <c>datetime</c>: <c>YYYY-MM-DD</c>, or that with <c>Thh:mm:ss</c>, optional <c>.SSS</c>, and <c>Z</c> or <c>+hhmm</c> or <c>-hhmm</c>.
    /// Refuses days that do not exist, second 60, hour 24 and years beyond 9999.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CedarDateTime? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = null;
        var s = text.AsSpan();
        if (s.Length < 10 || !TryDigits(s[..4], out var year) || s[4] != '-' || !TryDigits(s[5..7], out var month) || s[7] != '-' || !TryDigits(s[8..10], out var day)
            || month is < 1 or > 12 || day < 1 || day > DaysInMonth(year, month))
        {
            return false;
        }

        var moment = DaysFromEpoch(year, month, day) * DayMilliseconds;
        if (s.Length > 10)
        {
            if (!TryReadTime(s[10..], out var sinceMidnight))
            {
                return false;
            }

            moment += sinceMidnight;
        }

        value = new(moment);
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDateTime that && Milliseconds == that.Milliseconds;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CedarKind.DateTime, Milliseconds);

    /// <summary>An expression for this moment; as an offset of the epoch where the text form does not reach.</summary>
    public override string ToString()
    {
        var day = Math.DivRem(Milliseconds, DayMilliseconds, out var rest);
        if (rest < 0)
        {
            (day, rest) = (day - 1, rest + DayMilliseconds);
        }

        var (year, month, dayOfMonth) = CivilFromDays(day);
        return year is < 0 or > 9999
            ? string.Create(CultureInfo.InvariantCulture, $"datetime(\"1970-01-01\").offset(duration(\"{Milliseconds}ms\"))")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"datetime(\"{year:D4}-{month:D2}-{dayOfMonth:D2}T{rest / 3_600_000:D2}:{rest / 60_000 % 60:D2}:{rest / 1000 % 60:D2}.{rest % 1000:D3}Z\")");
    }

    /// <summary>Days from 1970-01-01 to a day of the proleptic Gregorian calendar, by 400-year cycles that start on 1 March.</summary>
    internal static long DaysFromEpoch(long year, int month, int day)
    {
        var shifted = month <= 2 ? year - 1 : year;
        var cycle = (shifted >= 0 ? shifted : shifted - 399) / 400;
        var yearOfCycle = shifted - (cycle * 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        var dayOfCycle = (yearOfCycle * 365) + (yearOfCycle / 4) - (yearOfCycle / 100) + dayOfYear;
        return (cycle * 146_097) + dayOfCycle - 719_468;
    }

    internal static int DaysInMonth(int year, int month) => month switch
    {
        2 => (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    private static (long Year, int Month, int Day) CivilFromDays(long days)
    {
        var z = days + 719_468;
        var cycle = (z >= 0 ? z : z - 146_096) / 146_097;
        var dayOfCycle = z - (cycle * 146_097);
        var yearOfCycle = (dayOfCycle - (dayOfCycle / 1460) + (dayOfCycle / 36_524) - (dayOfCycle / 146_096)) / 365;
        var dayOfYear = dayOfCycle - ((365 * yearOfCycle) + (yearOfCycle / 4) - (yearOfCycle / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        var day = (int)(dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1);
        var month = (int)(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
        return (yearOfCycle + (cycle * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    private static bool TryReadTime(ReadOnlySpan<char> s, out long milliseconds)
    {
        milliseconds = 0;
        if (s.Length < 10 || s[0] != 'T' || !TryDigits(s[1..3], out var hour) || s[3] != ':' || !TryDigits(s[4..6], out var minute) || s[6] != ':'
            || !TryDigits(s[7..9], out var second) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        milliseconds = (((hour * 60L) + minute) * 60_000) + (second * 1000L);
        s = s[9..];
        if (s[0] == '.')
        {
            if (s.Length < 5 || !TryDigits(s[1..4], out var fraction))
            {
                return false;
            }

            milliseconds += fraction;
            s = s[4..];
        }

        if (s is "Z")
        {
            return true;
        }

        if (s.Length != 5 || s[0] is not ('+' or '-') || !TryDigits(s[1..3], out var offsetHour) || !TryDigits(s[3..5], out var offsetMinute)
            || offsetHour > 23 || offsetMinute > 59)
        {
            return false;
        }

        var offset = ((offsetHour * 60L) + offsetMinute) * 60_000;
        milliseconds += s[0] == '+' ? -offset : offset;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + (c - '0');
        }

        return true;
    }
}
