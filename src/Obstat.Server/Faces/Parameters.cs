using System.Globalization;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>The parameters of one question. Each is known, stands once and is well formed, or the question is refused by its name: a misspelt filter must not silently show everything.</summary>
internal sealed class Parameters
{
    /// <summary>Rows of a page at most.</summary>
    public const int LimitMax = 200;

    private const int LimitDefault = 50;
    private const int TextMax = 512;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The first parameter that is wrong, and why; null while none is.</summary>
    public (string Name, string Why)? Wrong { get; private set; }

    /// <summary>Takes the parameters of a request, of which these are known.</summary>
    public static Parameters Of(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        var parameters = new Parameters();
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name))
            {
                parameters.Refuse(name, $"expected one of {string.Join(", ", known.ToArray())}");
            }
            else if (values.Count != 1 || values[0] is not { Length: <= TextMax } value)
            {
                parameters.Refuse(name, $"expected it once, with at most {TextMax} characters");
            }
            else if (value.Length > 0)
            {
                parameters._values[name] = value;
            }
        }

        return parameters;
    }

    /// <summary>The text of a parameter; null where it is absent or empty.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>An index, or null.</summary>
    public long? Index(string name) => Number(name, long.MaxValue / 2);

    /// <summary>How many rows.</summary>
    public int Limit() => (int)(Number("limit", LimitMax) is { } limit ? Math.Max(1, limit) : LimitDefault);

    /// <summary>One of a few words, or null.</summary>
    public string? OneOf(string name, params ReadOnlySpan<string> words)
    {
        if (Text(name) is { } text && !words.Contains(text))
        {
            Refuse(name, $"expected one of {string.Join(", ", words.ToArray())}");
        }

        return Text(name);
    }

    /// <summary>A time, or null: RFC 3339, or back from now as <c>-24h</c>.</summary>
    public DateTimeOffset? Time(string name, DateTimeOffset now)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (TryBack(text, out var back))
        {
            return now - back;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && text.Length >= 10 && text[4] == '-')
        {
            return time;
        }

        Refuse(name, "expected a time as 2026-11-23T10:00:00Z, or -15m, -24h, -7d");
        return null;
    }

    /// <summary>The filter of decisions.</summary>
    /// <param name="now">The time that relative times count from.</param>
    /// <param name="pseudonym">The pseudonym of a principal's name; null where nobody has it.</param>
    public DecisionFilter Filter(DateTimeOffset now, Func<string, string?> pseudonym)
    {
        var verdict = OneOf("verdict", "allow", "deny");
        if (Text("reason") is { } reason && !ReasonCodes.TryParse(reason, out _))
        {
            Refuse("reason", "expected a reason code");
        }

        if (Text("tool") is { } key && (key.Length != 16 || !key.All(char.IsAsciiHexDigitLower)))
        {
            Refuse("tool", "expected the key of a tool, as a facet gives it");
        }

        return new DecisionFilter
        {
            Allowed = verdict is null ? null : verdict == DecisionStatement.Allow,
            Reason = Text("reason"),
            Action = Text("action"),
            Principal = Text("principal") is not { } who ? null : who.StartsWith("p-", StringComparison.Ordinal) ? who : pseudonym(who) ?? who,
            Tool = Text("tool"),
            Point = Text("point"),
            From = Time("from", now),
            To = Time("to", now),
        };
    }

    /// <summary>Refuses a parameter; the first one counts.</summary>
    public void Refuse(string name, string why) => Wrong ??= (name, why);

    private long? Number(string name, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max)
        {
            return number;
        }

        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"expected a number from 0 to {max}"));
        return null;
    }

    private static bool TryBack(string text, out TimeSpan back)
    {
        back = default;
        if (text.Length is < 3 or > 6 || text[0] != '-' || !int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var unit = text[^1] switch { 's' => TimeSpan.FromSeconds(1), 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.Zero };
        back = unit * count;
        return unit > TimeSpan.Zero;
    }
}
