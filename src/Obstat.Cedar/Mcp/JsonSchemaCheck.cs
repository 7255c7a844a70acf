using System.Text.Json;
using System.Text.RegularExpressions;
using Obstat.Cedar.Json;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// The part of JSON Schema (draft-07 and 2020-12) that tool descriptions use, evaluated on values. Made once per schema: unknown keywords and malformed ones are
/// refused then, so that no keyword is passed over in silence. <c>format</c> asserts nothing here; the binder reads the formats that it knows.
/// </summary>
internal sealed class JsonSchemaCheck
{
    private const int StepsMax = 1_000_000;
    private const int DepthMax = 256;
    private readonly JsonElement _root;
    private readonly Dictionary<string, Regex> _patterns = new(StringComparer.Ordinal);

    private JsonSchemaCheck(JsonElement root) => _root = root;

    /// <summary>A check of this schema; or nothing, and why and where.</summary>
    public static JsonSchemaCheck? Make(JsonElement root, out string reason)
    {
        var check = new JsonSchemaCheck(root);
        reason = check.Unusable(root, "", 0) ?? "";
        return reason.Length == 0 ? check : null;
    }

    /// <summary>The schema that a local reference names.</summary>
    public JsonElement? Resolve(string reference)
    {
        var name = reference.StartsWith("#/$defs/", StringComparison.Ordinal) ? reference["#/$defs/".Length..]
            : reference.StartsWith("#/definitions/", StringComparison.Ordinal) ? reference["#/definitions/".Length..] : "";
        if (name.Length == 0 || name.AsSpan().IndexOfAny("/~%") >= 0)
        {
            return null;
        }

        return StrictJson.Member(StrictJson.Member(_root, reference.StartsWith("#/$", StringComparison.Ordinal) ? "$defs" : "definitions") ?? default, name);
    }

    /// <summary>The JSON Pointer of a value that does not obey, with the keyword; nothing if all obey.</summary>
    public (string Pointer, string Keyword)? Violation(JsonElement schema, JsonElement value, string pointer)
    {
        var steps = 0;
        return Violation(schema, value, pointer, 0, ref steps);
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

    private static bool IsNumber(JsonElement json) => json.ValueKind == JsonValueKind.Number && ExactNumber.TryParse(json.GetRawText(), out _);

    private static bool IsCount(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var count) && count >= 0;

    private static bool IsStrings(JsonElement json) => json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String);

    /// <summary>Why the schema cannot be used, if so.</summary>
    private string? Unusable(JsonElement schema, string pointer, int depth)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return null;
        }

        if (schema.ValueKind != JsonValueKind.Object || depth > Limits.NestingMax)
        {
            return $"no usable schema at {pointer}";
        }

        foreach (var property in schema.EnumerateObject())
        {
            if (StrictJson.Name(property) is not { } keyword)
            {
                return $"a keyword is no Unicode text at {pointer}";
            }

            var value = property.Value;
            var here = $"{pointer}/{ValueReader.Escape(keyword)}";
            switch (keyword)
            {
                case "title" or "description" or "$comment" or "default" or "examples" or "deprecated" or "readOnly" or "writeOnly" or "contentEncoding"
                    or "contentMediaType" or "x-mcp-header":
                    continue;
                case "$schema" or "$id" when depth == 0 && value.ValueKind == JsonValueKind.String:
                    continue;
                case "type" when value.ValueKind == JsonValueKind.True:
                    continue;
                case "type" when value.ValueKind == JsonValueKind.String && IsTypeName(StrictJson.Text(value)):
                    continue;
                case "type" when IsStrings(value) && value.EnumerateArray().All(t => IsTypeName(StrictJson.Text(t))):
                    continue;
                case "format" or "pattern" or "$ref" when value.ValueKind == JsonValueKind.String && StrictJson.Text(value) is { } text:
                    if (keyword == "pattern" && !TryAddPattern(text))
                    {
                        return $"a pattern that cannot be checked at {here}";
                    }

                    if (keyword == "$ref" && Resolve(text) is null)
                    {
                        return $"a reference that is not local or names nothing at {here}";
                    }

                    continue;
                case "enum" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0:
                    continue;
                case "const":
                    continue;
                case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" when IsNumber(value):
                    continue;
                case "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties" when IsCount(value):
                    continue;
                case "uniqueItems" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    continue;
                case "required" when IsStrings(value):
                    continue;
                case "items" or "additionalProperties" when value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                    continue;
                case "items" or "additionalProperties" or "not":
                    if (Unusable(value, here, depth + 1) is { } inner)
                    {
                        return inner;
                    }

                    continue;
                case "properties" or "$defs" or "definitions" when value.ValueKind == JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        if (Unusable(member.Value, $"{here}/{ValueReader.Escape(StrictJson.Name(member) ?? "?")}", depth + 1) is { } reason)
                        {
                            return reason;
                        }
                    }

                    continue;
                case "anyOf" or "oneOf" or "allOf" or "prefixItems" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0:
                    foreach (var member in value.EnumerateArray())
                    {
                        if (Unusable(member, here, depth + 1) is { } reason)
                        {
                            return reason;
                        }
                    }

                    continue;
                default:
                    return $"an unknown or malformed keyword at {here}";
            }
        }

        return null;
    }

    private static bool IsTypeName(string? name) => name is "boolean" or "integer" or "number" or "float" or "string" or "null" or "array" or "object";

    private bool TryAddPattern(string pattern)
    {
        if (_patterns.ContainsKey(pattern))
        {
            return true;
        }

        if (SchemaPattern.Compile(pattern) is not { } regex)
        {
            return false;
        }

        _patterns.Add(pattern, regex);
        return true;
    }

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
                return value.EnumerateArray().Select(i => i.GetRawText()).Distinct(StringComparer.Ordinal).Count() == value.GetArrayLength();
            case "minProperties" when value.ValueKind == JsonValueKind.Object:
                return value.GetPropertyCount() >= bound.GetInt32();
            case "maxProperties" when value.ValueKind == JsonValueKind.Object:
                return value.GetPropertyCount() <= bound.GetInt32();
            case "required" when value.ValueKind == JsonValueKind.Object:
                return bound.EnumerateArray().All(name => StrictJson.Member(value, name.GetString()!) is not null);
            default:
                return true;
        }
    }
}
