using System.Text.Json;
using System.Text.RegularExpressions;
using Obstat.Cedar.Json;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// The part of JSON Schema (draft-07 and 2020-12) that tool descriptions use, evaluated on values. Made once per schema: unknown keywords and malformed ones are
/// refused then, so that no keyword is passed over in silence. <c>format</c> asserts nothing here; the binder reads the formats that it knows.
/// </summary>
internal sealed partial class JsonSchemaCheck
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
                case "dependentRequired" when value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(d => StrictJson.Name(d) is not null && IsStrings(d.Value)):
                    continue;
                case "$anchor" when value.ValueKind == JsonValueKind.String && StrictJson.Text(value) is not null:
                    // A name alone asserts nothing; a reference to it is refused as one that is not local by path.
                    continue;
                case "propertyNames" or "if" or "then" or "else" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    continue;
                case "items" or "additionalProperties" or "not" or "propertyNames" or "if" or "then" or "else":
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
}
