namespace Obstat.Proof.Statements;

/// <summary>A time as evidence writes it: RFC 3339, UTC, exactly three decimals, <c>Z</c>. Years 0001 to 9999.</summary>
public readonly record struct Timestamp : IComparable<Timestamp>
{
    private const int Length = 24;

    private readonly DateTime _utc;

    private Timestamp(DateTime utc) => _utc = utc;

    /// <summary>Takes a time and drops what is below the millisecond.</summary>
    public static Timestamp From(DateTimeOffset time) => new(new DateTime(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc));

    /// <summary>The start of a whole second since 1970.</summary>
    public static Timestamp FromUnixSeconds(long seconds) => From(DateTimeOffset.FromUnixTimeSeconds(seconds));

    /// <summary>The time.</summary>
    public DateTimeOffset Time => new(DateTime.SpecifyKind(_utc, DateTimeKind.Utc));

    /// <summary>Reads the one form; anything else refuses.</summary>
    public static bool TryParse(string? text, out Timestamp time)
    {
        time = default;
        if (text is not { Length: Length } || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' || text[23] != 'Z')
        {
            return false;
        }

        var (year, month, day) = (Take(text, 0, 4), Take(text, 5, 2), Take(text, 8, 2));
        var (hour, minute, second, millisecond) = (Take(text, 11, 2), Take(text, 14, 2), Take(text, 17, 2), Take(text, 20, 3));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59 || millisecond < 0)
        {
            return false;
        }

        time = new(new DateTime(year, month, day, hour, minute, second, millisecond, DateTimeKind.Utc));
        return true;
    }

    public int CompareTo(Timestamp other) => _utc.CompareTo(other._utc);

    public override string ToString() => string.Create(Length, _utc, static (text, utc) =>
    {
        Put(text, 0, 4, utc.Year);
        text[4] = '-';
        Put(text, 5, 2, utc.Month);
        text[7] = '-';
        Put(text, 8, 2, utc.Day);
        text[10] = 'T';
        Put(text, 11, 2, utc.Hour);
        text[13] = ':';
        Put(text, 14, 2, utc.Minute);
        text[16] = ':';
        Put(text, 17, 2, utc.Second);
        text[19] = '.';
        Put(text, 20, 3, utc.Millisecond);
        text[23] = 'Z';
    });

    /// <summary>The number of so many digits; below 0 where something else stands there.</summary>
    private static int Take(string text, int at, int length)
    {
        var value = 0;
        foreach (var digit in text.AsSpan(at, length))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return -1;
            }

            value = (10 * value) + (digit - '0');
        }

        return value;
    }

    private static void Put(Span<char> text, int at, int length, int value)
    {
        for (var i = at + length - 1; i >= at; i--)
        {
            text[i] = (char)('0' + (value % 10));
            value /= 10;
        }
    }

    public static bool operator <(Timestamp left, Timestamp right) => left._utc < right._utc;

    public static bool operator >(Timestamp left, Timestamp right) => left._utc > right._utc;

    public static bool operator <=(Timestamp left, Timestamp right) => left._utc <= right._utc;

    public static bool operator >=(Timestamp left, Timestamp right) => left._utc >= right._utc;
}
