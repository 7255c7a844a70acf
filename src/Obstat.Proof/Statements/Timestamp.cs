using System.Globalization;

namespace Obstat.Proof.Statements;

/// <summary>A time as evidence writes it: RFC 3339, UTC, exactly three decimals, <c>Z</c>. Years 0001 to 9999.</summary>
public readonly record struct Timestamp : IComparable<Timestamp>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

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
        var parsed = DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var utc);
        time = parsed ? new(utc) : default;
        return parsed && time.ToString() == text;
    }

    public int CompareTo(Timestamp other) => _utc.CompareTo(other._utc);

    public override string ToString() => _utc.ToString(Format, CultureInfo.InvariantCulture);

    public static bool operator <(Timestamp left, Timestamp right) => left._utc < right._utc;

    public static bool operator >(Timestamp left, Timestamp right) => left._utc > right._utc;

    public static bool operator <=(Timestamp left, Timestamp right) => left._utc <= right._utc;

    public static bool operator >=(Timestamp left, Timestamp right) => left._utc >= right._utc;
}
