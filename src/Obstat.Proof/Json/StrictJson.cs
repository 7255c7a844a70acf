using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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
        try
        {
            var members = 0;
            if (!reader.Read())
            {
                error = new JsonError("a JSON value", "nothing", 0);
                return false;
            }

            value = Read(ref reader, rules, limits, ref members, ref error);
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

    private static JsonValue? Read(ref Utf8JsonReader reader, JsonRules rules, JsonLimits limits, ref int members, ref JsonError error)
    {
        var offset = (int)reader.TokenStartIndex;
        return reader.TokenType switch
        {
            JsonTokenType.Null => JsonValue.Literal(JsonKind.Null, false, offset),
            JsonTokenType.True => JsonValue.Literal(JsonKind.Boolean, true, offset),
            JsonTokenType.False => JsonValue.Literal(JsonKind.Boolean, false, offset),
            JsonTokenType.Number => ReadNumber(ref reader, rules, ref error),
            JsonTokenType.String => ReadText(ref reader, rules, ref error) is { } text ? JsonValue.String(text, offset) : null,
            JsonTokenType.StartArray => ReadArray(ref reader, rules, limits, ref members, ref error),
            JsonTokenType.StartObject => ReadObject(ref reader, rules, limits, ref members, ref error),
            _ => throw new JsonException("a value was expected"),
        };
    }

    private static JsonValue? ReadNumber(ref Utf8JsonReader reader, JsonRules rules, ref JsonError error)
    {
        var offset = (int)reader.TokenStartIndex;
        var finite = reader.TryGetDouble(out var number) && double.IsFinite(number);
        if (finite && (rules == JsonRules.Canonicalizer || IsShortInteger(reader.ValueSpan) || Es6Number.IsExact(Encoding.ASCII.GetString(reader.ValueSpan), number)))
        {
            return JsonValue.Number(number, offset);
        }

        error = new JsonError("a number that a double holds exactly", "another", offset);
        return null;
    }

    /// <summary>Up to 15 digits without sign are exact; "-0" is not among them.</summary>
    private static bool IsShortInteger(ReadOnlySpan<byte> token) => token.Length <= 15 && token.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static string? ReadText(ref Utf8JsonReader reader, JsonRules rules, ref JsonError error)
    {
        var text = reader.GetString()!;
        if (rules != JsonRules.Canonicalizer && HasNoncharacter(text))
        {
            error = new JsonError("Unicode characters", "a noncharacter", (int)reader.TokenStartIndex);
            return null;
        }

        return text;
    }

    private static JsonValue? ReadArray(ref Utf8JsonReader reader, JsonRules rules, JsonLimits limits, ref int members, ref JsonError error)
    {
        var offset = (int)reader.TokenStartIndex;
        var items = ImmutableArray.CreateBuilder<JsonValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Count(ref members, limits, (int)reader.TokenStartIndex, ref error) || Read(ref reader, rules, limits, ref members, ref error) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return JsonValue.Array(items.DrainToImmutable(), offset);
    }

    private static JsonValue? ReadObject(ref Utf8JsonReader reader, JsonRules rules, JsonLimits limits, ref int members, ref JsonError error)
    {
        var offset = (int)reader.TokenStartIndex;
        var found = new List<JsonMember>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = (int)reader.TokenStartIndex;
            if (!Count(ref members, limits, at, ref error) || ReadText(ref reader, rules, ref error) is not { } name)
            {
                return null;
            }

            _ = reader.Read();
            if (Read(ref reader, rules, limits, ref members, ref error) is not { } value)
            {
                return null;
            }

            found.Add(new JsonMember(name, value, at));
        }

        if (!JsonValue.TryObject([.. found], offset, out var made, out var twice))
        {
            error = new JsonError("distinct member names", "the same name twice", twice.Offset);
        }

        return made;
    }

    private static bool Count(ref int members, JsonLimits limits, int offset, ref JsonError error)
    {
        if (++members <= limits.MembersMax)
        {
            return true;
        }

        error = new JsonError($"at most {limits.MembersMax} members and elements", "more", offset);
        return false;
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
}
