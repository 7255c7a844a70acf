using System.Collections.Immutable;
using System.Globalization;

namespace Obstat.Proof.Json;

/// <summary>
/// Takes the members of one object, each once and each of its type. A parser asks for all members that its format has and then for <see cref="Complete"/>:
/// a missing, mistyped or unknown member refuses the object, and the first such finding is the error. Values taken from a refused object are neutral and must not be used.
/// </summary>
public sealed class JsonFields
{
    private const int BitsMax = 64;

    private readonly JsonValue _object;
    private readonly JsonFields? _parent;
    private readonly string _path;     // of the object; below the parent where there is one
    private readonly int _item = -1;   // its place in an array of that name
    private ulong _taken;              // by place of the member
    private HashSet<int>? _takenMore;  // places beyond the bits
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

    // Paths are needed by errors alone, so they are put together then.
    private JsonFields(JsonValue value, JsonFields? parent, string name, int item)
    {
        (_object, _parent, _path, _item) = (value, parent, name, item);
        if (value.Kind != JsonKind.Object)
        {
            _error = new JsonError($"an object at \"{Path}\"", value.Kind.ToString(), value.Offset);
        }
    }

    /// <summary>The first finding; null while there is none.</summary>
    public JsonError? Error => _error;

    private string Path => _item >= 0 ? string.Create(CultureInfo.InvariantCulture, $"/{_path}/{_item}") : _parent is null ? _path : $"{_parent.Path}/{_path}";

    /// <summary>Whether every member was asked for and each was right.</summary>
    public bool Complete()
    {
        var members = _object.Members;
        for (var i = 0; i < members.Length && _error is null; i++)
        {
            if (!(i < BitsMax ? ((_taken >> i) & 1) == 1 : _takenMore?.Contains(i) == true))
            {
                var name = members[i].Name;
                _error = new JsonError($"a known member of \"{Path}\"", $"\"{(name.Length > 64 ? name[..64] : name)}\"", members[i].Offset);
            }
        }

        return _error is null;
    }

    /// <summary>Refuses the object for a reason of the format's own.</summary>
    public void Refuse(string name, string expected) => _error ??= new JsonError($"{expected} at \"{Path}/{name}\"", "another value", _object[name]?.Offset ?? _object.Offset);

    /// <summary>Whether the member is there; does not take it.</summary>
    public bool Has(string name) => _object[name] is not null;

    /// <summary>A member of any kind, required.</summary>
    public JsonValue Value(string name)
    {
        var value = Take(name);
        return value ?? Mistyped(name, value, "a value", JsonValue.Null);
    }

    /// <summary>An object, required.</summary>
    public JsonValue Object(string name)
    {
        var value = Take(name);
        return value is { Kind: JsonKind.Object } ? value : Mistyped(name, value, "an object", JsonValue.EmptyObject);
    }

    /// <summary>An object or null, required.</summary>
    public JsonValue? ObjectOrNull(string name) => IsNull(name) ? null : Object(name);

    /// <summary>The members of an object, required.</summary>
    public JsonFields Fields(string name) => new(Object(name), this, name, -1);

    /// <summary>The members of an object or null, required.</summary>
    public JsonFields? FieldsOrNull(string name) => IsNull(name) ? null : Fields(name);

    /// <summary>The members of an element of an array.</summary>
    internal static JsonFields OfItem(JsonValue item, string name, int index) => new(item, null, name, index);

    /// <summary>An array of at most <paramref name="max"/> elements, required.</summary>
    public ImmutableArray<JsonValue> Array(string name, int max)
    {
        var value = Take(name);
        return (value is { Kind: JsonKind.Array } && value.Items.Length <= max ? value : Mistyped(name, value, $"an array of at most {max}", JsonValue.EmptyArray)).Items;
    }

    /// <summary>An array of strings, required.</summary>
    public ImmutableArray<string> Strings(string name, int max, int lengthMax = 4096)
    {
        var value = Take(name);
        if (value is not { Kind: JsonKind.Array } || value.Items.Length > max)
        {
            _ = Mistyped(name, value, $"at most {max} strings", JsonValue.EmptyArray);
            return [];
        }

        if (value.Items.IsEmpty)
        {
            return [];
        }

        var strings = ImmutableArray.CreateBuilder<string>(value.Items.Length);
        foreach (var item in value.Items)
        {
            if (item.AsString is not { } text || text.Length > lengthMax)
            {
                _ = Mistyped(name, value, $"at most {max} strings", JsonValue.EmptyArray);
                return [];
            }

            strings.Add(text);
        }

        return strings.MoveToImmutable();
    }

    /// <summary>A string of at most <paramref name="max"/> UTF-16 units, required.</summary>
    public string String(string name, int max = 4096)
    {
        var value = Take(name);
        return value?.AsString is { } text && text.Length <= max ? text : Mistyped(name, value, $"a string of at most {max}", Empty).AsString!;
    }

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
    {
        var value = Take(name);
        return value?.AsInteger is { } integer && integer >= min && integer <= max ? integer : Mistyped(name, value, $"an integer from {min} to {max}", Zero).AsInteger!.Value;
    }

    /// <summary>An integer or null, required.</summary>
    public long? IntegerOrNull(string name, long min = 0, long max = JsonValue.IntegerMax) => IsNull(name) ? null : Integer(name, min, max);

    /// <summary>A boolean, required.</summary>
    public bool Boolean(string name)
    {
        var value = Take(name);
        return value?.AsBoolean ?? Mistyped(name, value, "true or false", JsonValue.False).AsBoolean!.Value;
    }

    private static readonly JsonValue Empty = JsonValue.Of("");
    private static readonly JsonValue Zero = JsonValue.Of(0);

    private bool IsNull(string name)
    {
        var at = _object.IndexOf(name);
        var isNull = at >= 0 && _object.Members[at].Value.IsNull;
        if (isNull)
        {
            Mark(at);
        }

        return isNull;
    }

    private JsonValue? Take(string name)
    {
        var at = _object.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        Mark(at);
        return _object.Members[at].Value;
    }

    private void Mark(int at)
    {
        if (at < BitsMax)
        {
            _taken |= 1UL << at;
        }
        else
        {
            _ = (_takenMore ??= []).Add(at);
        }
    }

    private JsonValue Mistyped(string name, JsonValue? value, string expected, JsonValue neutral)
    {
        _error ??= new JsonError($"{expected} at \"{Path}/{name}\"", value is null ? "no member" : value.Kind.ToString(), value?.Offset ?? _object.Offset);
        return neutral;
    }
}
