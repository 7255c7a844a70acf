using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Obstat.Cedar.Json;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Mcp;

/// <summary>
/// Maps the schema of a tool's arguments (or results) to Cedar types. In the profile of the plane objects are records unless they have typed extra properties or contain
/// themselves, numbers are decimals, what has no usable type is opaque. A method that returns nothing has given its reason.
/// </summary>
/// <param name="profile">The mapping.</param>
/// <param name="server">The namespace of opaque types.</param>
/// <param name="inputNamespace">The namespace of the types that are made.</param>
/// <param name="resolve">The schema that a reference names, and the namespace of its type; nothing where it names none.</param>
internal sealed class InputTypeReader(SchemaProfile profile, string server, string inputNamespace, Func<string, (JsonElement Schema, string Namespace)?> resolve)
{
    private readonly Dictionary<string, InputType> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _recursive = new(StringComparer.Ordinal);

    public string Reason { get; private set; } = "";

    /// <summary>The types of all definitions that were read, by reference.</summary>
    public IReadOnlyDictionary<string, InputType> Definitions => _definitions;

    /// <summary>The type of the arguments themselves: always a record.</summary>
    public InputType? ReadRoot(JsonElement schema)
    {
        if (StrictJson.Member(schema, "type") is not { ValueKind: JsonValueKind.String } type ? !profile.IsOfficial : type.GetString() != "object")
        {
            return Refuse("the schema of arguments has the type object", "");
        }

        // Extra properties of the arguments themselves have no place in the record that policies see; binding refuses them.
        return ReadProperties(schema, inputNamespace, "") is { } properties ? new(InputKind.Record, schema) { Name = inputNamespace, Properties = properties } : null;
    }

    private InputType? Read(JsonElement schema, string space, string name, string pointer)
    {
        var path = space + "::" + name;
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return profile.IsOfficial ? Refuse("a schema is an object", pointer) : Opaque(schema, InputKind.Unknown);
        }

        if (StrictJson.Member(schema, "$ref") is { } reference)
        {
            return reference.ValueKind == JsonValueKind.String && StrictJson.Text(reference) is { } to ? ReadDefinition(to, pointer) : Refuse("a reference is a string", pointer);
        }

        if (StrictJson.Member(schema, "type") is not { } type)
        {
            var alternatives = StrictJson.Member(schema, "anyOf") ?? StrictJson.Member(schema, "oneOf");
            return alternatives is null ? Opaque(schema, InputKind.Unknown)
                : alternatives.Value.ValueKind != JsonValueKind.Array ? Refuse("alternatives are an array", pointer)
                : ReadUnion(schema, alternatives.Value.EnumerateArray(), path, pointer);
        }

        if (type.ValueKind == JsonValueKind.Array)
        {
            // Each alternative keeps the other keywords and one of the types.
            return ReadUnion(schema, type.EnumerateArray().Select(t => WithType(schema, t)), path, pointer);
        }

        return type.ValueKind != JsonValueKind.String ? Opaque(schema, InputKind.Unknown) : type.GetString() switch
        {
            "boolean" => new(InputKind.Bool, schema),
            "integer" => new(InputKind.Integer, schema),
            "number" or "float" when profile.NumbersAsDecimal => new(InputKind.Number, schema),
            "number" => new(InputKind.OpaqueNumber, schema) { Name = server + "::Number" },
            "float" => new(InputKind.OpaqueNumber, schema) { Name = server + "::Float" },
            "null" => Opaque(schema, InputKind.Null),
            "string" => ReadString(schema, path, pointer),
            "array" => ReadArray(schema, space, name, pointer),
            "object" => ReadObject(schema, path, pointer),
            _ => Refuse("an unknown type", pointer),
        };
    }

    private static JsonElement WithType(JsonElement schema, JsonElement type)
    {
        var members = schema.EnumerateObject().Where(p => p.Name != "type").ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        members["type"] = type;
        return JsonSerializer.SerializeToElement(members);
    }

    /// <summary>The type of a definition, read once.</summary>
    public InputType? ReadDefinition(string reference, string pointer)
    {
        if (_definitions.TryGetValue(reference, out var known))
        {
            if (_open.Contains(reference))
            {
                _ = _recursive.Add(reference);
            }

            return known;
        }

        if (!_open.Add(reference))
        {
            return Refuse("a reference to itself", pointer);
        }

        if (resolve(reference) is not { } target)
        {
            return Refuse("a reference that is not local or names nothing", pointer);
        }

        var (schema, space) = target;
        var name = reference[(reference.LastIndexOf('/') + 1)..];
        if (Segment(name, pointer) is not { } segment)
        {
            return null;
        }

        InputType? type;
        if (schema.ValueKind == JsonValueKind.Object && StrictJson.Member(schema, "type") is { ValueKind: JsonValueKind.String } kind && kind.GetString() == "object")
        {
            // Known before it is read, because it may contain itself; then it is an entity.
            type = new(ObjectKind, schema) { Name = space + "::" + segment, IsDefinition = true };
            _definitions.Add(reference, type);
            if (!Fill(type, pointer))
            {
                return null;
            }

            if (_recursive.Contains(reference) && !profile.IsOfficial)
            {
                type.Kind = InputKind.Entity;
            }
        }
        else if ((type = Read(schema, space, segment, pointer)) is null)
        {
            return null;
        }
        else if (type.Kind != InputKind.Enum || type.Name != space + "::" + segment)
        {
            type = type.Under(space + "::" + segment);
        }
        else
        {
            type.IsDefinition = true;
        }

        _ = _open.Remove(reference);
        _definitions[reference] = type;
        return type;
    }

    private InputType? ReadUnion(JsonElement schema, IEnumerable<JsonElement> alternatives, string path, string pointer)
    {
        var parts = ImmutableArray.CreateBuilder<InputType>();
        foreach (var alternative in alternatives)
        {
            if (Read(alternative, path, "TypeChoice" + parts.Count.ToString(CultureInfo.InvariantCulture), pointer) is not { } part)
            {
                return null;
            }

            parts.Add(part);
        }

        return new(InputKind.Union, schema) { Name = path, Parts = parts.DrainToImmutable() };
    }

    private InputType? ReadString(JsonElement schema, string path, string pointer)
    {
        if (StrictJson.Member(schema, "enum") is { } values)
        {
            if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0 || values.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String || StrictJson.Text(v) is null))
            {
                return Refuse("the values of an enumerated string are strings", pointer);
            }

            return path.EndsWith("::Action", StringComparison.Ordinal)
                ? Refuse("the type Action belongs to actions", pointer)
                : new(InputKind.Enum, schema) { Name = path, Values = profile.IsOfficial ? [.. values.EnumerateArray().Select(v => v.GetString()!)] : [.. values.EnumerateArray().Select(v => v.GetString()!).Distinct()] };
        }

        if (StrictJson.Member(schema, "format") is { ValueKind: not JsonValueKind.String })
        {
            return Refuse("a format is a string", pointer);
        }

        var format = StrictJson.Member(schema, "format")?.GetString();
        return new(format switch
        {
            "date" => InputKind.Date,
            "date-time" => InputKind.DateTime,
            "duration" => InputKind.Duration,
            "ipv4" => InputKind.IpV4,
            "ipv6" => InputKind.IpV6,
            "decimal" => InputKind.DecimalText,
            _ => InputKind.String,
        }, schema);
    }

    private InputType? ReadArray(JsonElement schema, string space, string name, string pointer)
    {
        var items = StrictJson.Member(schema, "items");
        if (StrictJson.Member(schema, "prefixItems") is { } prefix)
        {
            if (items is { ValueKind: JsonValueKind.Object } same && prefix.ValueKind == JsonValueKind.Array && prefix.EnumerateArray().All(p => JsonElement.DeepEquals(p, same)))
            {
                return Read(same, space, name, pointer + "/items") is { } each ? new(InputKind.Set, schema) { Element = each } : null;
            }

            if (items is not { ValueKind: JsonValueKind.False })
            {
                return new(InputKind.Set, schema) { Element = Opaque(schema, InputKind.Unknown, isFree: true) };
            }

            var parts = ImmutableArray.CreateBuilder<InputType>();
            foreach (var part in prefix.EnumerateArray())
            {
                if (Read(part, space + "::" + name, "Proj" + parts.Count.ToString(CultureInfo.InvariantCulture), pointer) is not { } read)
                {
                    return null;
                }

                parts.Add(read);
            }

            return new(InputKind.Tuple, schema) { Parts = parts.DrainToImmutable() };
        }

        if (items is { ValueKind: JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Number })
        {
            return Refuse("items are one schema", pointer);
        }

        if (items is not { ValueKind: JsonValueKind.Object } element)
        {
            return items is { ValueKind: JsonValueKind.False }
                ? Refuse("an array that can only be empty", pointer)
                : new(InputKind.Set, schema) { Element = Opaque(schema, InputKind.Unknown, isFree: true) };
        }

        return Read(element, space, name, pointer + "/items") is { } type ? new(InputKind.Set, schema) { Element = type } : null;
    }

    private InputType? ReadObject(JsonElement schema, string path, string pointer)
    {
        var type = new InputType(ObjectKind, schema) { Name = path };
        return Fill(type, pointer) ? type : null;
    }

    private bool Fill(InputType type, string pointer)
    {
        if (!IsTypeName(type.Name))
        {
            return Refuse("no name for a type", pointer) is not null;
        }

        if (ReadProperties(type.Schema, type.Name, pointer) is not { } properties)
        {
            return false;
        }

        type.Properties = properties;
        if (StrictJson.Member(type.Schema, "additionalProperties") is { ValueKind: JsonValueKind.Object } extra)
        {
            var cut = type.Name.LastIndexOf("::", StringComparison.Ordinal);
            type.Element = Read(extra, type.Name[..cut], type.Name[(cut + 2)..] + "Tag", pointer + "/additionalProperties");
            type.Kind = InputKind.Entity;
            return type.Element is not null;
        }

        return true;
    }

    private ImmutableSortedDictionary<string, (InputType, bool)>? ReadProperties(JsonElement schema, string space, string pointer)
    {
        var properties = ImmutableSortedDictionary.CreateBuilder<string, (InputType, bool)>(StringComparer.Ordinal);
        if (StrictJson.Member(schema, "properties") is not { } described)
        {
            return properties.ToImmutable();
        }

        if (described.ValueKind != JsonValueKind.Object)
        {
            _ = Refuse("properties are an object", pointer);
            return null;
        }

        var required = StrictJson.Member(schema, "required") is { ValueKind: JsonValueKind.Array } listed
            ? listed.EnumerateArray().Select(StrictJson.Text).ToHashSet(StringComparer.Ordinal)
            : [];
        var segments = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in described.EnumerateObject())
        {
            var here = $"{pointer}/properties/{ValueReader.Escape(property.Name)}";
            if (Segment(property.Name, here) is not { } segment)
            {
                return null;
            }

            if (!segments.Add(segment))
            {
                _ = Refuse("two properties have one name", here);
                return null;
            }

            if (Read(property.Value, space, segment, here) is not { } type)
            {
                return null;
            }

            properties.Add(property.Name, (type, required.Contains(property.Name)));
        }

        return properties.ToImmutable();
    }

    private InputKind ObjectKind => profile.ObjectsAsRecords ? InputKind.Record : InputKind.Entity;

    private InputType Opaque(JsonElement schema, InputKind kind, bool isFree = false) =>
        new(kind, isFree ? default : schema) { Name = $"{server}::{kind}" };

    private static bool IsTypeName(string path)
    {
        var last = path[(path.LastIndexOf("::", StringComparison.Ordinal) + 2)..];
        return last is not ("Action" or "Bool" or "Boolean" or "Long" or "String" or "Set" or "Record" or "Entity" or "Extension" or "EntityOrCommon");
    }

    private string? Segment(string name, string pointer)
    {
        var segment = profile.IsOfficial ? Identifiers.IsName(name) && name != "__cedar" ? name : null : CedarNames.Segment(name);
        if (segment is null)
        {
            _ = Refuse("a name that cannot be one in Cedar", pointer);
        }

        return segment;
    }

    private InputType? Refuse(string reason, string pointer)
    {
        Reason = $"{reason} at {pointer}";
        return null;
    }
}
