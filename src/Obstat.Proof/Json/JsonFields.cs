using System.Collections.Immutable;

namespace Obstat.Proof.Json;

/// <summary>
/// Takes the members of one object, each once and each of its type. A parser asks for all members that its format has and then for <see cref="Complete"/>:
/// a missing, mistyped or unknown member refuses the object, and the first such finding is the error. Values taken from a refused object are neutral and must not be used.
/// </summary>
public sealed class JsonFields
{
    private readonly JsonValue _object;
    private readonly string _path;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private JsonError? _error;

    /// <summary>Reads the members of <paramref name="value"/>; another kind of value refuses.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">JSON Pointer (RFC 6901) of the object in its document, for errors.</param>
    public JsonFields(JsonValue value, string path = "")
    {
        (_object, _path) = (value, path);
        if (value.Kind != JsonKind.Object)
        {
            _error = new JsonError($"an object at \"{path}\"", value.Kind.ToString(), value.Offset);
        }
    }

    /// <summary>The first finding; null while there is none.</summary>
    public JsonError? Error => _error;

    /// <summary>Whether every member was asked for and each was right.</summary>
    public bool Complete()
    {
        foreach (var member in _object.Members)
        {
            if (_error is null && !_taken.Contains(member.Name))
            {
                _error = new JsonError($"a known member of \"{_path}\"", $"\"{(member.Name.Length > 64 ? member.Name[..64] : member.Name)}\"", member.Offset);
            }
        }

        return _error is null;
    }

    /// <summary>Refuses the object for a reason of the format's own.</summary>
    public void Refuse(string name, string expected) => _error ??= new JsonError($"{expected} at \"{_path}/{name}\"", "another value", _object[name]?.Offset ?? _object.Offset);

    /// <summary>Whether the member is there; does not take it.</summary>
    public bool Has(string name) => _object[name] is not null;

    /// <summary>A member of any kind, required.</summary>
    public JsonValue Value(string name) => Take(name, "a value", static v => v, JsonValue.Null);

    /// <summary>An object, required.</summary>
    public JsonValue Object(string name) => Take(name, "an object", static v => v.Kind == JsonKind.Object ? v : null, JsonValue.EmptyObject);

    /// <summary>An object or null, required.</summary>
    public JsonValue? ObjectOrNull(string name) => IsNull(name) ? null : Object(name);

    /// <summary>The members of an object, required.</summary>
    public JsonFields Fields(string name) => new(Object(name), $"{_path}/{name}");

    /// <summary>The members of an object or null, required.</summary>
    public JsonFields? FieldsOrNull(string name) => IsNull(name) ? null : Fields(name);

    /// <summary>An array of at most <paramref name="max"/> elements, required.</summary>
    public ImmutableArray<JsonValue> Array(string name, int max)
        => Take(name, $"an array of at most {max}", v => v.Kind == JsonKind.Array && v.Items.Length <= max ? v : null, JsonValue.EmptyArray).Items;

    /// <summary>An array of strings, required.</summary>
    public ImmutableArray<string> Strings(string name, int max, int lengthMax = 4096)
        => [.. Take(name, $"at most {max} strings", v => v.Kind == JsonKind.Array && v.Items.Length <= max && v.Items.All(i => i.AsString?.Length <= lengthMax) ? v : null, JsonValue.EmptyArray).Items.Select(i => i.AsString!)];

    /// <summary>A string of at most <paramref name="max"/> UTF-16 units, required.</summary>
    public string String(string name, int max = 4096) => Take(name, $"a string of at most {max}", v => v.AsString?.Length <= max ? v : null, Empty).AsString!;

    /// <summary>A string or null, required.</summary>
    public string? StringOrNull(string name, int max = 4096) => IsNull(name) ? null : String(name, max);

    /// <summary>One of the given strings, required.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        var text = String(name);
        if (_error is null && !allowed.Contains(text))
        {
            Refuse(name, $"one of {string.Join(", ", allowed.ToArray())}");
        }

        return text;
    }

    /// <summary>An integer within bounds, required.</summary>
    public long Integer(string name, long min = 0, long max = JsonValue.IntegerMax)
        => Take(name, $"an integer from {min} to {max}", v => v.AsInteger is { } i && i >= min && i <= max ? v : null, Zero).AsInteger!.Value;

    /// <summary>An integer or null, required.</summary>
    public long? IntegerOrNull(string name, long min = 0, long max = JsonValue.IntegerMax) => IsNull(name) ? null : Integer(name, min, max);

    /// <summary>A boolean, required.</summary>
    public bool Boolean(string name) => Take(name, "true or false", static v => v.Kind == JsonKind.Boolean ? v : null, JsonValue.False).AsBoolean!.Value;

    private static readonly JsonValue Empty = JsonValue.Of("");
    private static readonly JsonValue Zero = JsonValue.Of(0);

    private bool IsNull(string name)
    {
        var isNull = _object[name] is { IsNull: true };
        if (isNull)
        {
            _ = _taken.Add(name);
        }

        return isNull;
    }

    private JsonValue Take(string name, string expected, Func<JsonValue, JsonValue?> select, JsonValue neutral)
    {
        _ = _taken.Add(name);
        var value = _object[name];
        if (value is not null && select(value) is { } taken)
        {
            return taken;
        }

        _error ??= new JsonError($"{expected} at \"{_path}/{name}\"", value is null ? "no member" : value.Kind.ToString(), value?.Offset ?? _object.Offset);
        return neutral;
    }
}
