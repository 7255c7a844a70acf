using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Json;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Mcp;

/// <summary>One binding: values by type, and the entities that they name. A method that returns nothing has set <see cref="Refusal"/>.</summary>
internal sealed class ArgumentReader(JsonSchemaCheck check)
{
    /// <summary>Integers that every JSON reader keeps exact.</summary>
    private const long IntegerMax = (1L << 53) - 1;

    private readonly Dictionary<EntityUid, Entity> _entities = [];

    public Diagnostic Refusal { get; private set; } = new(DiagnosticCode.Unknown, "not refused");

    public ImmutableArray<Entity> Entities() => [.. _entities.Values.OrderBy(e => e.Uid)];

    public CedarValue? Read(InputType type, JsonElement json, string pointer, int depth)
    {
        if (depth > Limits.NestingMax)
        {
            return Refuse("nested too deeply", pointer);
        }

        switch (type.Kind)
        {
            case InputKind.Bool:
                return json.ValueKind is JsonValueKind.True or JsonValueKind.False ? CedarValue.Of(json.ValueKind == JsonValueKind.True) : Refuse("expected a boolean", pointer);
            case InputKind.Integer:
                return StrictJson.TryInteger(json, out var integer) && integer is >= -IntegerMax and <= IntegerMax
                    ? CedarValue.Of(integer)
                    : Refuse("expected an integer within 2^53 - 1", pointer);
            case InputKind.Number:
                return ReadNumber(json, pointer);
            case InputKind.Null:
                return json.ValueKind == JsonValueKind.Null ? Make(new(new EntityUid(type.Name, "null"))) : Refuse("expected null", pointer);
            case InputKind.Unknown:
                return Make(new(new EntityUid(type.Name, pointer)));
            case InputKind.Set:
                return ReadSet(type, json, pointer, depth);
            case InputKind.Tuple:
                return ReadTuple(type, json, pointer, depth);
            case InputKind.Union:
                return ReadUnion(type, json, pointer, depth);
            case InputKind.Record or InputKind.Entity:
                return ReadObject(type, json, pointer, depth);
            default:
                return json.ValueKind == JsonValueKind.String && StrictJson.Text(json) is { } text ? ReadText(type, text, pointer) : Refuse("expected a string", pointer);
        }
    }

    private CedarValue? ReadText(InputType type, string text, string pointer)
    {
        switch (type.Kind)
        {
            case InputKind.String:
                return CedarValue.Of(text);
            case InputKind.Enum:
                return type.Values.Contains(text) ? Make(new(new EntityUid(type.Name, text))) : Refuse("not one of the listed values", pointer);
            case InputKind.Date:
                return text.Length == 10 && CedarDateTime.TryParse(text, out var day) ? day : Refuse("expected a day, YYYY-MM-DD", pointer);
            case InputKind.DateTime:
                return InputText.DateTime(text) ?? Refuse("expected YYYY-MM-DDThh:mm:ss, at most milliseconds, and an offset", pointer);
            case InputKind.Duration:
                return InputText.Duration(text) ?? Refuse("expected an ISO 8601 duration in weeks, days, hours, minutes, seconds", pointer);
            case InputKind.IpV4 or InputKind.IpV6:
                return CedarIpAddr.TryParse(text, out var address) && address.IsIpv4 == (type.Kind == InputKind.IpV4) && !text.Contains('/', StringComparison.Ordinal)
                    ? address
                    : Refuse(type.Kind == InputKind.IpV4 ? "expected one IPv4 address" : "expected one IPv6 address", pointer);
            case InputKind.DecimalText:
                return CedarDecimal.TryParse(text, out var number) ? number : Refuse("expected a decimal with one to four fraction digits", pointer);
            default:
                return Refuse("a type that binds nothing", pointer);
        }
    }

    private CedarValue? ReadNumber(JsonElement json, string pointer) =>
        json.ValueKind == JsonValueKind.Number && ExactNumber.TryParse(json.GetRawText(), out var number) && number.Scaled(4) is { } units
            && units >= long.MinValue && units <= long.MaxValue
            ? CedarDecimal.OfUnits((long)units)
            : Refuse("expected a number with at most four fraction digits, within the range of decimal", pointer);

    private CedarSet? ReadSet(InputType type, JsonElement json, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            _ = Refuse("expected an array", pointer);
            return null;
        }

        var elements = new List<CedarValue>(json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
        {
            if (Read(type.Element!, item, At(pointer, elements.Count), depth + 1) is not { } element)
            {
                return null;
            }

            elements.Add(element);
        }

        return CedarSet.Create(elements);
    }

    private CedarRecord? ReadTuple(InputType type, JsonElement json, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != type.Parts.Length)
        {
            _ = Refuse(string.Create(CultureInfo.InvariantCulture, $"expected an array of {type.Parts.Length}"), pointer);
            return null;
        }

        var fields = new List<KeyValuePair<string, CedarValue>>(type.Parts.Length);
        for (var i = 0; i < type.Parts.Length; i++)
        {
            if (Read(type.Parts[i], json[i], At(pointer, i), depth + 1) is not { } part)
            {
                return null;
            }

            fields.Add(new("proj" + i.ToString(CultureInfo.InvariantCulture), part));
        }

        return CedarRecord.Create(fields);
    }

    private CedarRecord? ReadUnion(InputType type, JsonElement json, string pointer, int depth)
    {
        for (var i = 0; i < type.Parts.Length; i++)
        {
            var trial = new ArgumentReader(check);
            if (check.Violation(type.Parts[i].Schema, json, pointer) is null && trial.Read(type.Parts[i], json, pointer, depth + 1) is { } value)
            {
                foreach (var entity in trial._entities.Values)
                {
                    _entities[entity.Uid] = entity;
                }

                return CedarRecord.Create([new("typeChoice" + i.ToString(CultureInfo.InvariantCulture), value)]);
            }
        }

        _ = Refuse("none of the alternatives", pointer);
        return null;
    }

    private CedarValue? ReadObject(InputType type, JsonElement json, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Refuse("expected an object", pointer);
        }

        var attributes = new List<KeyValuePair<string, CedarValue>>();
        var tags = new List<KeyValuePair<string, CedarValue>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (StrictJson.Name(member) is not { } name || !seen.Add(name))
            {
                return Refuse("a name that is no Unicode text or stands twice", pointer);
            }

            var here = pointer + "/" + ValueReader.Escape(name);
            var isDescribed = type.Properties.TryGetValue(name, out var property);
            var memberType = isDescribed ? property.Type : type.Element;
            if (memberType is null)
            {
                return Refuse("a property that the schema does not describe", here);
            }

            if (Read(memberType, member.Value, here, depth + 1) is not { } value)
            {
                return null;
            }

            (isDescribed ? attributes : tags).Add(new(name, value));
        }

        foreach (var (name, property) in type.Properties)
        {
            if (property.IsRequired && !seen.Contains(name))
            {
                return Refuse("a required property is missing", pointer + "/" + ValueReader.Escape(name));
            }
        }

        var record = CedarRecord.Create(attributes);
        return type.Kind == InputKind.Record ? record : Make(new(new EntityUid(type.Name, pointer), record, null, CedarRecord.Create(tags)));
    }

    private static string At(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    private EntityUid Make(Entity entity)
    {
        _ = _entities.TryAdd(entity.Uid, entity);
        return entity.Uid;
    }

    private CedarValue? Refuse(string message, string pointer)
    {
        Refusal = new(DiagnosticCode.ContextMismatch, message, default, pointer);
        return null;
    }
}
