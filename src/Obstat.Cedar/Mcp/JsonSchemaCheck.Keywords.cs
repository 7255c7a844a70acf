using System.Text.Json;
using Obstat.Cedar.Json;

namespace Obstat.Cedar.Mcp;

/// <summary>What each keyword says of a value.</summary>
internal sealed partial class JsonSchemaCheck
{
    // Each pair is compared; a longer list is refused.
    private const int UniqueItemsMax = 1_000;

    private (string Pointer, string Keyword)? Violation(JsonElement schema, JsonElement value, string pointer, int depth, ref int steps)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return schema.ValueKind == JsonValueKind.False ? (pointer, "false") : null;
        }

        if (depth > DepthMax || ++steps > StepsMax)
        {
            return (pointer, "depth");
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            var violation = keyword.Name switch
            {
                "anyOf" => CountMatches(keyword.Value, value, pointer, depth, ref steps) > 0 ? null : (pointer, "anyOf"),
                "oneOf" => CountMatches(keyword.Value, value, pointer, depth, ref steps) == 1 ? null : (pointer, "oneOf"),
                "allOf" => AllOf(keyword.Value, value, pointer, depth, ref steps),
                "not" => Violation(keyword.Value, value, pointer, depth + 1, ref steps) is null ? (pointer, "not") : null,
                "if" => Condition(keyword.Value, schema, value, pointer, depth, ref steps),
                "propertyNames" => Names(keyword.Value, value, pointer, depth, ref steps),
                "required" => Required(keyword.Value, value, pointer),
                "$ref" => Violation(Resolve(keyword.Value.GetString()!)!.Value, value, pointer, depth + 1, ref steps),
                "properties" or "items" or "prefixItems" or "additionalProperties" => Below(keyword, schema, value, pointer, depth, ref steps),
                _ => Obeys(keyword, value) ? null : ((string Pointer, string Keyword)?)(pointer, keyword.Name),
            };
            if (violation is not null)
            {
                return violation;
            }
        }

        return null;
    }

    private int CountMatches(JsonElement alternatives, JsonElement value, string pointer, int depth, ref int steps)
    {
        var count = 0;
        foreach (var alternative in alternatives.EnumerateArray())
        {
            count += Violation(alternative, value, pointer, depth + 1, ref steps) is null ? 1 : 0;
        }

        return count;
    }

    private (string Pointer, string Keyword)? AllOf(JsonElement parts, JsonElement value, string pointer, int depth, ref int steps)
    {
        foreach (var part in parts.EnumerateArray())
        {
            if (Violation(part, value, pointer, depth + 1, ref steps) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    // Named by where it should stand: whoever made the value looks for that name.
    private static (string Pointer, string Keyword)? Required(JsonElement names, JsonElement value, string pointer)
    {
        foreach (var name in value.ValueKind == JsonValueKind.Object ? names.EnumerateArray() : default)
        {
            if (StrictJson.Member(value, name.GetString()!) is null)
            {
                return (pointer + "/" + ValueReader.Escape(name.GetString()!), "required");
            }
        }

        return null;
    }

    private (string Pointer, string Keyword)? Condition(JsonElement condition, JsonElement schema, JsonElement value, string pointer, int depth, ref int steps)
    {
        var branch = StrictJson.Member(schema, Violation(condition, value, pointer, depth + 1, ref steps) is null ? "then" : "else");
        return branch is { } applies ? Violation(applies, value, pointer, depth + 1, ref steps) : null;
    }

    private (string Pointer, string Keyword)? Names(JsonElement names, JsonElement value, string pointer, int depth, ref int steps)
    {
        foreach (var member in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
        {
            if (StrictJson.Name(member) is not { } name || Violation(names, JsonSerializer.SerializeToElement(name), pointer, depth + 1, ref steps) is not null)
            {
                return (pointer, "propertyNames");
            }
        }

        return null;
    }

    private (string Pointer, string Keyword)? Below(JsonProperty keyword, JsonElement schema, JsonElement value, string pointer, int depth, ref int steps)
    {
        if (value.ValueKind == JsonValueKind.Object && keyword.Name is "properties" or "additionalProperties")
        {
            var named = StrictJson.Member(schema, "properties");
            foreach (var member in value.EnumerateObject())
            {
                if (StrictJson.Name(member) is not { } name)
                {
                    return (pointer, "text");
                }

                var known = named is { } n ? StrictJson.Member(n, name) : null;
                var below = keyword.Name == "properties" ? known : known is null ? keyword.Value : null;
                if (below is { } inner && Violation(inner, member.Value, pointer + "/" + ValueReader.Escape(name), depth + 1, ref steps) is { } violation)
                {
                    return violation;
                }
            }
        }

        if (value.ValueKind != JsonValueKind.Array || keyword.Name is not ("items" or "prefixItems"))
        {
            return null;
        }

        var prefix = StrictJson.Member(schema, "prefixItems");
        var fixedCount = prefix?.GetArrayLength() ?? 0;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var below = keyword.Name == "prefixItems" ? index < fixedCount ? keyword.Value[index] : (JsonElement?)null : index >= fixedCount ? keyword.Value : null;
            if (below is { } inner && Violation(inner, item, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pointer}/{index}"), depth + 1, ref steps) is { } violation)
            {
                return violation;
            }

            index++;
        }

        return null;
    }

    /// <summary>The keywords that look at one value alone.</summary>
    private bool Obeys(JsonProperty keyword, JsonElement value)
    {
        var bound = keyword.Value;
        switch (keyword.Name)
        {
            case "type" when bound.ValueKind == JsonValueKind.String:
                return IsType(bound.GetString()!, value);
            case "type" when bound.ValueKind == JsonValueKind.Array:
                return bound.EnumerateArray().Any(t => IsType(t.GetString()!, value));
            case "enum":
                return bound.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value));
            case "const":
                return JsonElement.DeepEquals(bound, value);
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" when value.ValueKind == JsonValueKind.Number:
                return ExactNumber.TryParse(value.GetRawText(), out var number) && ExactNumber.TryParse(bound.GetRawText(), out var limit) && keyword.Name switch
                {
                    "minimum" => number.CompareTo(limit) >= 0,
                    "maximum" => number.CompareTo(limit) <= 0,
                    "exclusiveMinimum" => number.CompareTo(limit) > 0,
                    "exclusiveMaximum" => number.CompareTo(limit) < 0,
                    _ => number.IsMultipleOf(limit),
                };
            case "minLength" or "maxLength" or "pattern" when value.ValueKind == JsonValueKind.String:
                if (StrictJson.Text(value) is not { } text)
                {
                    return false;
                }

                return keyword.Name == "pattern" ? _patterns[bound.GetString()!].IsMatch(text)
                    : keyword.Name == "minLength" ? text.EnumerateRunes().Count() >= bound.GetInt32()
                    : text.EnumerateRunes().Count() <= bound.GetInt32();
            case "minItems" when value.ValueKind == JsonValueKind.Array:
                return value.GetArrayLength() >= bound.GetInt32();
            case "maxItems" when value.ValueKind == JsonValueKind.Array:
                return value.GetArrayLength() <= bound.GetInt32();
            case "uniqueItems" when value.ValueKind == JsonValueKind.Array && bound.ValueKind == JsonValueKind.True:
                return AreUnique([.. value.EnumerateArray()]);
            case "dependentRequired" when value.ValueKind == JsonValueKind.Object:
                return bound.EnumerateObject().All(d => StrictJson.Member(value, StrictJson.Name(d)!) is null || d.Value.EnumerateArray().All(name => StrictJson.Member(value, name.GetString()!) is not null));
            case "minProperties" when value.ValueKind == JsonValueKind.Object:
                return value.GetPropertyCount() >= bound.GetInt32();
            case "maxProperties" when value.ValueKind == JsonValueKind.Object:
                return value.GetPropertyCount() <= bound.GetInt32();
            default:
                return true;
        }
    }

    // 1 and 1.0 are one value, and so are objects whose members stand in another order. Source: JSON Schema 2020-12, core, 4.2.2.
    private static bool AreUnique(JsonElement[] items)
    {
        if (items.Length > UniqueItemsMax)
        {
            return false;
        }

        for (var i = 1; i < items.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (JsonElement.DeepEquals(items[i], items[j]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && ExactNumber.TryParse(value.GetRawText(), out var n) && n.Scaled(0) is not null,
        "number" or "float" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "null" => value.ValueKind == JsonValueKind.Null,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => false,
    };
}
