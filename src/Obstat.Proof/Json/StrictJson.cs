using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Obstat.Proof.Json;

/// <summary>
/// The one way from bytes to JSON. Stricter than RFC 8259: what two implementations could read differently is refused, because the canonical form
/// maps different inputs to the same bytes (duplicate names, inexact numbers), and a permit for one would cover the other.
/// </summary>
public static class StrictJson
{
    /// <summary>Reads one JSON value under the intake rules and limits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonValue? value, out JsonError error)
        => TryParse(utf8, JsonRules.Intake, JsonLimits.Intake, out value, out error);

    /// <summary>Reads one JSON value.</summary>
    /// <param name="utf8">The whole text; bytes after the value refuse.</param>
    /// <param name="rules">Which texts are taken.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="value">The value, or null.</param>
    /// <param name="error">Where the text is refused, and why.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, JsonRules rules, JsonLimits limits, [NotNullWhen(true)] out JsonValue? value, out JsonError error)
        => TryParse(utf8, rules, limits, null, out value, out error);

    /// <summary>Reads one JSON value whose texts may be those that came before.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> utf8, JsonRules rules, JsonLimits limits, TextPool? pool, [NotNullWhen(true)] out JsonValue? value, out JsonError error)
    {
        (value, error) = (null, default);
        if (utf8.Length > limits.BytesMax)
        {
            error = new JsonError($"at most {limits.BytesMax} bytes", $"{utf8.Length} bytes", limits.BytesMax);
            return false;
        }

        if (!Utf8.IsValid(utf8))
        {
            error = new JsonError("UTF-8", "other bytes", 0);
            return false;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            MaxDepth = limits.DepthMax,
            CommentHandling = rules == JsonRules.Settings ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
            AllowTrailingCommas = rules == JsonRules.Settings,
        });
        var reading = t_reading ?? new Reading();
        t_reading = null; // whoever throws on the way loses it, and the next text makes another
        (reading.Rules, reading.Limits, reading.Pool, reading.Count, reading.Error) = (rules, limits, pool, 0, default);
        try
        {
            if (!reader.Read())
            {
                error = new JsonError("a JSON value", "nothing", 0);
                return false;
            }

            value = Read(ref reader, reading);
            error = reading.Error;
            if (value is not null && reader.Read())
            {
                error = new JsonError("the end", "more", (int)reader.TokenStartIndex);
                value = null;
            }
        }
        catch (JsonException e)
        {
            value = null;
            error = new JsonError("JSON", Reason(e), (int)reader.BytesConsumed);
        }
        catch (InvalidOperationException)
        {
            value = null;
            error = new JsonError("Unicode scalar values", "a lone surrogate", (int)reader.TokenStartIndex);
        }

        if (value is not null)
        {
            t_reading = reading;
        }

        return value is not null;
    }

    /// <summary>Whether the intake takes the canonical bytes of a value that was made in memory, whose numbers are integers: what <see cref="TryParse(ReadOnlySpan{byte}, JsonRules, JsonLimits, out JsonValue?, out JsonError)"/> would find in its text, found in the value.</summary>
    internal static bool Takes(JsonValue value, JsonLimits limits)
    {
        var members = 0;
        return Takes(value, limits, 0, ref members);
    }

    private static bool Takes(JsonValue value, JsonLimits limits, int depth, ref int members)
    {
        if (value.AsString is { } text)
        {
            return !HasNoncharacter(text);
        }

        if (value.Kind == JsonKind.Number)
        {
            return value.AsInteger is not null;
        }

        members += value.Items.Length + value.Members.Length;
        var below = depth + 1;
        if (members > limits.MembersMax || (value.Kind is JsonKind.Array or JsonKind.Object && below > limits.DepthMax))
        {
            return false;
        }

        foreach (var item in value.Items)
        {
            if (!Takes(item, limits, below, ref members))
            {
                return false;
            }
        }

        foreach (var member in value.Members)
        {
            if (HasNoncharacter(member.Name) || !Takes(member.Value, limits, below, ref members))
            {
                return false;
            }
        }

        return true;
    }

    // System.Text.Json ends its message with its own path and position; ours stands beside it.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0].Split(" Path:")[0];

    private static JsonValue? Read(ref Utf8JsonReader reader, Reading reading)
    {
        var offset = (int)reader.TokenStartIndex;
        return reader.TokenType switch
        {
            JsonTokenType.Null => JsonValue.Literal(JsonKind.Null, false, offset),
            JsonTokenType.True => JsonValue.Literal(JsonKind.Boolean, true, offset),
            JsonTokenType.False => JsonValue.Literal(JsonKind.Boolean, false, offset),
            JsonTokenType.Number => ReadNumber(ref reader, reading),
            JsonTokenType.String => ReadText(ref reader, reading) is { } text ? JsonValue.String(text, offset) : null,
            JsonTokenType.StartArray => ReadArray(ref reader, reading),
            JsonTokenType.StartObject => ReadObject(ref reader, reading),
            _ => throw new JsonException("a value was expected"),
        };
    }

    private static JsonValue? ReadNumber(ref Utf8JsonReader reader, Reading reading)
    {
        var offset = (int)reader.TokenStartIndex;
        if (IsShortInteger(reader.ValueSpan))
        {
            return JsonValue.Number(ShortInteger(reader.ValueSpan), offset);
        }

        var finite = reader.TryGetDouble(out var number) && double.IsFinite(number);
        if (finite && (reading.Rules == JsonRules.Canonicalizer || Es6Number.IsExact(Encoding.ASCII.GetString(reader.ValueSpan), number)))
        {
            return JsonValue.Number(number, offset);
        }

        reading.Error = new JsonError("a number that a double holds exactly", "another", offset);
        return null;
    }

    /// <summary>Up to 15 digits without sign are exact; "-0" is not among them.</summary>
    private static bool IsShortInteger(ReadOnlySpan<byte> token) => token.Length <= 15 && token.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static double ShortInteger(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            value = (10 * value) + (digit - '0');
        }

        return value;
    }

    private static string? ReadText(ref Utf8JsonReader reader, Reading reading)
    {
        if (reading.Pool is { } pool && !reader.ValueIsEscaped && pool.Find(reader.ValueSpan) is { } known)
        {
            return known; // ASCII has no noncharacters
        }

        var text = reader.GetString()!;
        if (reading.Rules != JsonRules.Canonicalizer && HasNoncharacter(text))
        {
            reading.Error = new JsonError("Unicode characters", "a noncharacter", (int)reader.TokenStartIndex);
            return null;
        }

        return text;
    }

    private static JsonValue? ReadArray(ref Utf8JsonReader reader, Reading reading)
    {
        var offset = (int)reader.TokenStartIndex;
        var (items, first) = (reading.Items, reading.Items.Count);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!reading.Counts((int)reader.TokenStartIndex) || Read(ref reader, reading) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return JsonValue.Array(Taken(items, first), offset);
    }

    private static JsonValue? ReadObject(ref Utf8JsonReader reader, Reading reading)
    {
        var offset = (int)reader.TokenStartIndex;
        var (members, first) = (reading.Members, reading.Members.Count);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = (int)reader.TokenStartIndex;
            if (!reading.Counts(at) || ReadText(ref reader, reading) is not { } name)
            {
                return null;
            }

            _ = reader.Read();
            if (Read(ref reader, reading) is not { } value)
            {
                return null;
            }

            members.Add(new JsonMember(name, value, at));
        }

        if (!JsonValue.TryObject(Taken(members, first), offset, out var made, out var twice))
        {
            reading.Error = new JsonError("distinct member names", "the same name twice", twice.Offset);
        }

        return made;
    }

    /// <summary>What lies in the list from a place on, which it gives up.</summary>
    private static T[] Taken<T>(List<T> list, int first)
    {
        if (list.Count == first)
        {
            return [];
        }

        var taken = CollectionsMarshal.AsSpan(list)[first..].ToArray();
        list.RemoveRange(first, taken.Length);
        return taken;
    }

    private static bool HasNoncharacter(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uFFFF') is >= 0 and var first ? first : text.Length; i < text.Length; i++)
        {
            var scalar = char.IsHighSurrogate(text[i]) ? char.ConvertToUtf32(text[i], text[++i]) : text[i];
            if ((scalar & 0xFFFE) == 0xFFFE || scalar is >= 0xFDD0 and <= 0xFDEF)
            {
                return true;
            }
        }

        return false;
    }

    [ThreadStatic]
    [SuppressMessage("Minor Code Smell", "S2696", Justification = "One a thread, used again by the next text.")]
    private static Reading? t_reading;

    /// <summary>One text on its way: what is allowed, and the members and elements of all that is open, the inner ones behind the outer ones, so that each becomes an array of its length at once.</summary>
    private sealed class Reading
    {
        public JsonRules Rules { get; set; }

        public JsonLimits Limits { get; set; }

        public TextPool? Pool { get; set; }

        public int Count { get; set; }

        public JsonError Error { get; set; }

        public List<JsonMember> Members { get; } = [];

        public List<JsonValue> Items { get; } = [];

        public bool Counts(int offset)
        {
            if (++Count <= Limits.MembersMax)
            {
                return true;
            }

            Error = new JsonError($"at most {Limits.MembersMax} members and elements", "more", offset);
            return false;
        }
    }
}
