using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Obstat.Proof.Json;

/// <summary>
/// An immutable JSON value whose canonical form (RFC 8785) is always defined: member names are distinct and sorted by UTF-16 code units,
/// numbers are finite doubles, strings have no lone surrogates.
/// </summary>
public sealed class JsonValue : IEquatable<JsonValue>
{
    /// <summary>The largest integer that is the same number in every JSON implementation: 2^53 - 1.</summary>
    public const long IntegerMax = (1L << 53) - 1;

    private readonly object? _content; // the text of a string, the elements of an array, the members of an object: one reference, since documents are made of many small values
    private readonly double _number;

    private JsonValue(JsonKind kind, int offset, object? content = null, double number = 0) => (Kind, Offset, _content, _number) = (kind, offset, content, number);

    /// <summary>The literal <c>null</c>.</summary>
    public static JsonValue Null { get; } = new(JsonKind.Null, 0);

    /// <summary>The literal <c>true</c>.</summary>
    public static JsonValue True { get; } = new(JsonKind.Boolean, 0, number: 1);

    /// <summary>The literal <c>false</c>.</summary>
    public static JsonValue False { get; } = new(JsonKind.Boolean, 0);

    /// <summary>An array without elements.</summary>
    public static JsonValue EmptyArray { get; } = new(JsonKind.Array, 0);

    /// <summary>An object without members.</summary>
    public static JsonValue EmptyObject { get; } = new(JsonKind.Object, 0);

    /// <summary>What this value is.</summary>
    public JsonKind Kind { get; }

    /// <summary>Byte offset of the value in the text it was read from; 0 for a value that was made in memory.</summary>
    public int Offset { get; }

    /// <summary>True for the literal <c>null</c>.</summary>
    public bool IsNull => Kind == JsonKind.Null;

    /// <summary>The text of a string; otherwise null.</summary>
    public string? AsString => _content as string;

    /// <summary>The value of <c>true</c> or <c>false</c>; otherwise null.</summary>
    public bool? AsBoolean => Kind == JsonKind.Boolean ? _number != 0 : null;

    /// <summary>A number that is an integer within +-(2^53 - 1); otherwise null.</summary>
    public long? AsInteger => Kind == JsonKind.Number && Math.Abs(_number) <= IntegerMax && double.IsInteger(_number) ? (long)_number : null;

    /// <summary>The value of a number; otherwise null.</summary>
    public double? AsNumber => Kind == JsonKind.Number ? _number : null;

    /// <summary>The elements of an array; otherwise empty.</summary>
    public ImmutableArray<JsonValue> Items => ImmutableCollectionsMarshal.AsImmutableArray(_content as JsonValue[] ?? []);

    /// <summary>The members of an object in canonical order; otherwise empty.</summary>
    public ImmutableArray<JsonMember> Members => ImmutableCollectionsMarshal.AsImmutableArray(_content as JsonMember[] ?? []);

    /// <summary>The member of that name, or null where there is none or this is no object.</summary>
    public JsonValue? this[string name] => IndexOf(name) is >= 0 and var at ? ((JsonMember[])_content!)[at].Value : null;

    /// <summary>The place of the member of that name; below 0 where there is none.</summary>
    internal int IndexOf(string name)
    {
        var members = (_content as JsonMember[]).AsSpan();
        var (low, high) = (0, members.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(members[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static JsonValue Of(bool value) => value ? True : False;

    /// <summary>An integer within +-(2^53 - 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The integer is not exact as a double.</exception>
    public static JsonValue Of(long value) => Math.Abs(value) <= IntegerMax
        ? new(JsonKind.Number, 0, number: value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "an integer in JSON lies within +-(2^53 - 1)");

    /// <summary>A string; null gives the literal <c>null</c>.</summary>
    /// <exception cref="ArgumentException">The string has a lone surrogate.</exception>
    public static JsonValue Of(string? value) => value is null ? Null : new(JsonKind.String, 0, WellFormed(value));

    /// <summary>An array of the given elements.</summary>
    public static JsonValue Array(params IEnumerable<JsonValue> items) => new(JsonKind.Array, 0, items.ToArray());

    /// <summary>An array of strings, in the given order.</summary>
    public static JsonValue Strings(IEnumerable<string> items) => Array(items.Select(Of));

    /// <summary>An object with the given members, in any order.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static JsonValue Object(params (string Name, JsonValue Value)[] members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var sorted = new JsonMember[members.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = new JsonMember(WellFormed(members[i].Name), members[i].Value, 0);
        }

        return TryObject(sorted, 0, out var made, out var twice) ? made : throw new ArgumentException($"member \"{twice.Name}\" occurs twice", nameof(members));
    }

    /// <summary>This object with one member added or replaced.</summary>
    public JsonValue With(string name, JsonValue value)
        => Object([.. Members.Where(m => m.Name != name).Select(m => (m.Name, m.Value)), (name, value)]);

    /// <summary>This object without the member of that name.</summary>
    public JsonValue Without(string name) => Object([.. Members.Where(m => m.Name != name).Select(m => (m.Name, m.Value))]);

    /// <summary>The canonical bytes (RFC 8785).</summary>
    public byte[] ToCanonicalBytes() => CanonicalJson.Write(this);

    /// <inheritdoc/>
    public bool Equals(JsonValue? other) => other is not null
        && (ReferenceEquals(this, other)
            || (Kind == other.Kind && AsString == other.AsString && _number.Equals(other._number)
                && Items.AsSpan().SequenceEqual(other.Items.AsSpan())
                && Members.Length == other.Members.Length
                && Members.Zip(other.Members).All(pair => pair.First.Name == pair.Second.Name && pair.First.Value.Equals(pair.Second.Value))));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JsonValue);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, AsString, _number, Items.Length, Members.Length);

    /// <summary>The canonical text.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToCanonicalBytes());

    internal static JsonValue Literal(JsonKind kind, bool value, int offset) => new(kind, offset, number: value ? 1 : 0);

    internal static JsonValue Number(double value, int offset) => new(JsonKind.Number, offset, number: value);

    internal static JsonValue String(string value, int offset) => new(JsonKind.String, offset, value);

    internal static JsonValue Array(JsonValue[] items, int offset) => new(JsonKind.Array, offset, items);

    internal static bool TryObject(JsonMember[] members, int offset, [NotNullWhen(true)] out JsonValue? value, out JsonMember twice)
    {
        (value, twice) = (null, default);
        if (IsSorted(members))
        {
            value = new JsonValue(JsonKind.Object, offset, members);
            return true;
        }

        System.Array.Sort(members, static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : a.Offset.CompareTo(b.Offset));
        for (var i = 1; i < members.Length; i++)
        {
            if (members[i].Name == members[i - 1].Name)
            {
                twice = members[i];
                return false;
            }
        }

        value = new JsonValue(JsonKind.Object, offset, members);
        return true;
    }

    /// <summary>Whether the names ascend, each once: canonical text and what formats write come so.</summary>
    private static bool IsSorted(JsonMember[] members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            if (string.CompareOrdinal(members[i - 1].Name, members[i].Name) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string WellFormed(string value)
    {
        for (var i = value.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var first ? first : value.Length; i < value.Length; i++)
        {
            if (char.IsSurrogate(value[i]))
            {
                if (!char.IsHighSurrogate(value[i]) || i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1]))
                {
                    throw new ArgumentException("a string in JSON has no lone surrogates", nameof(value));
                }

                i++;
            }
        }

        return value;
    }
}
