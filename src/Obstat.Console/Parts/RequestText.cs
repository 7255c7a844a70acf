using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Json;

namespace Obstat.Console.Parts;

/// <summary>Reads arguments out of the canonical text of a request, strictly: what is shown is what was hashed, in its order, numbers as their token.</summary>
internal static class RequestText
{
    /// <summary>The arguments, one row each; empty where the text has none.</summary>
    public static ImmutableArray<(string Name, string Value, string Kind)> Arguments(string? request)
        => request is not null && StrictJson.TryParse(Encoding.UTF8.GetBytes(request), out var json, out _)
            && (json["arguments"] ?? json["action"]?["arguments"]) is { Members: { IsDefaultOrEmpty: false } members }
                ? [.. members.Select(m => (m.Name, m.Value.AsString is { } text ? $"\"{text}\"" : m.Value.ToString(), Kind(m.Value)))]
                : [];

    /// <summary>A JSON text with lines and indents; one that is not strict JSON as it is.</summary>
    public static string Pretty(string json)
    {
        if (!StrictJson.TryParse(Encoding.UTF8.GetBytes(json), out var value, out _))
        {
            return json;
        }

        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonValue value, int depth)
    {
        var indent = new string(' ', (depth + 1) * 2);
        if (value is { Kind: JsonKind.Object, Members: { IsDefaultOrEmpty: false } members })
        {
            _ = text.Append("{\n");
            for (var i = 0; i < members.Length; i++)
            {
                _ = text.Append(indent).Append(JsonValue.Of(members[i].Name).ToString()).Append(": ");
                Write(text, members[i].Value, depth + 1);
                _ = text.Append(i + 1 < members.Length ? ",\n" : "\n");
            }

            _ = text.Append(indent, 0, depth * 2).Append('}');
        }
        else if (value is { Kind: JsonKind.Array, Items: { IsDefaultOrEmpty: false } items } && items.Any(i => i.Kind is JsonKind.Object or JsonKind.Array))
        {
            _ = text.Append("[\n");
            for (var i = 0; i < items.Length; i++)
            {
                _ = text.Append(indent);
                Write(text, items[i], depth + 1);
                _ = text.Append(i + 1 < items.Length ? ",\n" : "\n");
            }

            _ = text.Append(indent, 0, depth * 2).Append(']');
        }
        else
        {
            _ = text.Append(value.ToString());
        }
    }

    private static string Kind(JsonValue value) => value.AsString is { } text ? Words.Count(text.EnumerateRunes().LongCount(), "character", "characters") : value.Kind switch
    {
        JsonKind.Number => "number",
        JsonKind.Boolean => "true or false",
        JsonKind.Null => "null",
        JsonKind.Array => "list",
        _ => "object",
    };
}
