using System.Globalization;
using System.Text.RegularExpressions;
using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>A duration as text: a whole number and its unit, <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal sealed partial class DurationShape(TimeSpan min, TimeSpan max, string otherwise) : Shape
{
    public override Finding? Check(JsonValue value, string path)
    {
        var expected = $"a duration from {Text(min)} to {Text(max)}, as in \"{otherwise}\"";
        return value.AsString is not { } text || Parse(text) is not { } duration || duration < min ? Mistyped(value, path, expected)
            : duration > max ? new Finding(value.Offset, $"{path} is {Quoted(text)}, at most {Text(max)}", "limits may only be tightened below their built-in maxima", $"write at most \"{Text(max)}\"")
            : null;
    }

    public override JsonValue Schema() => JsonValue.Object(
        ("type", JsonValue.Of("string")), ("pattern", JsonValue.Of(Form().ToString())), ("default", JsonValue.Of(otherwise)));

    /// <summary>Reads a duration; null where the text is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (!Form().IsMatch(text) || text.EndsWith('\n'))
        {
            return null;
        }

        var unit = text.TrimStart("0123456789".ToCharArray());
        var count = long.Parse(text[..^unit.Length], CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(count, 0),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours((int)count),
            "d" => TimeSpan.FromDays((int)count),
            _ => null,
        };
    }

    /// <summary>A duration as the file would say it, exactly: in the largest unit of which it is a whole number.</summary>
    public static string ToText(TimeSpan duration) => duration.Ticks switch
    {
        var t when t % TimeSpan.TicksPerDay == 0 => FormattableString.Invariant($"{t / TimeSpan.TicksPerDay}d"),
        var t when t % TimeSpan.TicksPerHour == 0 => FormattableString.Invariant($"{t / TimeSpan.TicksPerHour}h"),
        var t when t % TimeSpan.TicksPerMinute == 0 => FormattableString.Invariant($"{t / TimeSpan.TicksPerMinute}m"),
        var t when t % TimeSpan.TicksPerSecond == 0 => FormattableString.Invariant($"{t / TimeSpan.TicksPerSecond}s"),
        var t => FormattableString.Invariant($"{t / TimeSpan.TicksPerMillisecond}ms"),
    };

    private static string Text(TimeSpan duration)
        => duration.TotalDays >= 1 ? FormattableString.Invariant($"{duration.TotalDays}d")
        : duration.TotalHours >= 1 ? FormattableString.Invariant($"{duration.TotalHours}h")
        : duration.TotalMinutes >= 1 ? FormattableString.Invariant($"{duration.TotalMinutes}m")
        : duration.TotalSeconds >= 1 ? FormattableString.Invariant($"{duration.TotalSeconds}s")
        : FormattableString.Invariant($"{duration.TotalMilliseconds}ms");

    [GeneratedRegex("^(0|[1-9][0-9]{0,6})(ms|s|m|h|d)$")]
    private static partial Regex Form();
}
