using System.Text.Json;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>
/// Reads values. Explicit forms (<c>__entity</c>, <c>__extn</c>) always; implicit forms where a type says what is expected. Where the type and the JSON disagree the
/// value is read by its own form, and the check against the schema complains.
/// </summary>
/// <param name="bag">Takes the complaints.</param>
/// <param name="names">Keeps one instance of each name and list of names, where many values are read.</param>
internal sealed class ValueReader(DiagnosticBag bag, ReadNames? names = null)
{
    public CedarValue? Read(JsonElement element, CedarType? type, string pointer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return CedarValue.Of(element.ValueKind == JsonValueKind.True);
            case JsonValueKind.Number:
                return StrictJson.TryInteger(element, out var number)
                    ? CedarValue.Of(number)
                    : Refuse(DiagnosticCode.InvalidInteger, "a number is an integer of 64 bits, without fraction and exponent", pointer);
            case JsonValueKind.String:
                return ReadString(element, type, pointer);
            case JsonValueKind.Array:
                return ReadSet(element, type as CedarType.Set, pointer);
            case JsonValueKind.Object:
                return ReadObject(element, type, pointer);
            default:
                return Refuse(DiagnosticCode.UnexpectedJson, "null is no value of the language", pointer);
        }
    }

    /// <summary>Reads a record as the attributes, tags or context of something.</summary>
    public CedarRecord? ReadRecord(JsonElement element, Func<string, CedarType?> typeOf, string pointer)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            _ = Refuse(DiagnosticCode.UnexpectedJson, "expected an object", pointer);
            return null;
        }

        var fields = new List<KeyValuePair<string, CedarValue>>();
        foreach (var property in element.EnumerateObject())
        {
            if (StrictJson.Name(property) is not { } name)
            {
                _ = Refuse(DiagnosticCode.MalformedJson, "a name is no Unicode text", pointer);
                return null;
            }

            if (Read(property.Value, typeOf(name), pointer + "/" + Escape(name)) is not { } value)
            {
                return null;
            }

            fields.Add(new(name, value));
        }

        return names is null ? CedarRecord.Create(fields) : names.Shared(CedarRecord.Create(fields));
    }

    /// <summary>Reads <c>{type, id}</c> or <c>{__entity: {type, id}}</c>.</summary>
    public EntityUid? ReadUid(JsonElement element, string pointer)
    {
        var inner = StrictJson.Member(element, "__entity") is { } wrapped && element.GetPropertyCount() == 1 ? wrapped : element;
        if (inner.ValueKind == JsonValueKind.Object && inner.GetPropertyCount() == 2 && StrictJson.Member(inner, "type") is { ValueKind: JsonValueKind.String } type
            && StrictJson.Member(inner, "id") is { ValueKind: JsonValueKind.String } id && StrictJson.Text(type) is { } typeText && StrictJson.Text(id) is { } idText)
        {
            if (Identifiers.IsPath(typeText))
            {
                return new(names?.Shared(typeText) ?? typeText, idText);
            }
        }

        _ = Refuse(DiagnosticCode.UnexpectedJson, "expected an entity {\"type\", \"id\"}", pointer);
        return null;
    }

    internal static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private CedarValue? ReadString(JsonElement element, CedarType? type, string pointer)
    {
        if (StrictJson.Text(element) is not { } text)
        {
            return Refuse(DiagnosticCode.MalformedJson, "a string is no Unicode text", pointer);
        }

        return type is CedarType.Primitive { IsExtension: true } extension ? Extension(extension.Kind, text, pointer) : CedarValue.Of(text);
    }

    private CedarSet? ReadSet(JsonElement element, CedarType.Set? type, string pointer)
    {
        var elements = new List<CedarValue>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            if (Read(item, type?.Element, pointer + "/" + elements.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)) is not { } value)
            {
                return null;
            }

            elements.Add(value);
        }

        return CedarSet.Create(elements);
    }

    private CedarValue? ReadObject(JsonElement element, CedarType? type, string pointer)
    {
        if (StrictJson.Member(element, "__entity") is not null)
        {
            return element.GetPropertyCount() == 1 ? ReadUid(element, pointer) : Refuse(DiagnosticCode.UnexpectedJson, "__entity stands alone", pointer);
        }

        if (StrictJson.Member(element, "__extn") is { } call)
        {
            return element.GetPropertyCount() == 1 ? ReadCall(call, null, pointer) : Refuse(DiagnosticCode.UnexpectedJson, "__extn stands alone", pointer);
        }

        if (StrictJson.Member(element, "__expr") is not null)
        {
            return Refuse(DiagnosticCode.UnexpectedJson, "__expr is not read", pointer);
        }

        return type switch
        {
            CedarType.Entity => ReadUid(element, pointer),
            CedarType.Primitive { IsExtension: true } extension => ReadCall(element, extension.Kind, pointer),
            CedarType.Record record => ReadRecord(element, name => record.TryGet(name, out var attribute) ? attribute.Type : null, pointer),
            _ => ReadRecord(element, _ => null, pointer),
        };
    }

    private CedarValue? ReadCall(JsonElement call, CedarKind? expected, string pointer)
    {
        if (call.ValueKind != JsonValueKind.Object || StrictJson.Member(call, "fn") is not { ValueKind: JsonValueKind.String } fn || StrictJson.Text(fn) is not { } name)
        {
            return Refuse(DiagnosticCode.UnexpectedJson, "expected {\"fn\", \"arg\"}", pointer);
        }

        if (ExtensionFunction.Find(name) is not { IsMethod: false } function || (expected is { } kind && function.Result != kind))
        {
            return Method(call, name, pointer);
        }

        if (call.GetPropertyCount() != 2 || StrictJson.Member(call, "arg") is not { ValueKind: JsonValueKind.String } arg || StrictJson.Text(arg) is not { } text)
        {
            return Refuse(DiagnosticCode.UnexpectedJson, "expected {\"fn\", \"arg\"}", pointer);
        }

        return Extension(function.Result, text, pointer);
    }

    /// <summary>The one computed value that JSON may hold: <c>{fn: "offset", args: [datetime, duration]}</c>, for moments without a text form.</summary>
    private CedarValue? Method(JsonElement call, string name, string pointer)
    {
        if (name != "offset" || call.GetPropertyCount() != 2 || StrictJson.Member(call, "args") is not { ValueKind: JsonValueKind.Array } args || args.GetArrayLength() != 2)
        {
            return Refuse(DiagnosticCode.InvalidExtensionValue, $"{name} constructs no value here", pointer);
        }

        if (Read(args[0], CedarType.DateTime, pointer + "/args/0") is not { } moment || Read(args[1], CedarType.Duration, pointer + "/args/1") is not { } length)
        {
            return null;
        }

        return Extensions.Call(ExtensionFunction.Find(name)!, [moment, length], out _)
            ?? Refuse(DiagnosticCode.InvalidExtensionValue, "offset takes a datetime and a duration whose sum has 64 bits", pointer);
    }

    private CedarValue? Extension(CedarKind kind, string text, string pointer) =>
        Extensions.Construct(kind, text) ?? Refuse(DiagnosticCode.InvalidExtensionValue, $"no value of the type {CedarType.Of(kind)}", pointer);

    private CedarValue? Refuse(DiagnosticCode code, string message, string pointer)
    {
        bag.Add(code, message, default, pointer);
        return null;
    }
}
