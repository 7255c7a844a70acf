using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>Reads one JSON value of a declared type. False is no verdict: the plain reader decides what the plan did not take.</summary>
internal abstract class ValuePlan
{
    /// <summary>Reads the value whose first token the reader stands on, up to its last.</summary>
    public abstract bool TryRead(ref Utf8JsonReader reader, out CedarValue value);
}

/// <summary>Takes nothing: for types whose values could be mistaken for an explicit form.</summary>
internal sealed class NoPlan : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarBool.False;
        return false;
    }
}

internal sealed class BoolPlan : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarValue.Of(reader.TokenType == JsonTokenType.True);
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
    }
}

internal sealed class LongPlan : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        // "-0" is an integer to the parser, "1.0" and "1e0" are not.
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && (number != 0 || reader.ValueSpan.Length == 1))
        {
            value = CedarValue.Of(number);
            return true;
        }

        value = CedarBool.False;
        return false;
    }
}

internal sealed class StringPlan : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarBool.False;
        if (!TypeTable.TryText(ref reader, out var text))
        {
            return false;
        }

        value = CedarString.OfDecoded(text);
        return true;
    }
}

internal sealed class ReferencePlan(TypeTable types, TypePlan type) : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarBool.False;
        if (reader.TokenType != JsonTokenType.StartObject || !types.TryReadOpened(ref reader, out var reference) || !ReferenceEquals(reference.Type, type))
        {
            return false;
        }

        value = reference.Uid;
        return true;
    }
}

/// <summary>An extension value: its text, <c>{fn, arg}</c>, or that under <c>__extn</c>.</summary>
internal sealed class ExtensionPlan(CedarKind kind, byte[] constructor) : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarBool.False;
        if (reader.TokenType == JsonTokenType.String)
        {
            return TryConstruct(ref reader, ref value);
        }

        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        if (!reader.ValueTextEquals("__extn"u8))
        {
            return TryReadCall(ref reader, ref value);
        }

        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && TryReadCall(ref reader, ref value)
            && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private bool TryReadCall(ref Utf8JsonReader reader, ref CedarValue value) =>
        reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("fn"u8) && reader.Read() && reader.TokenType == JsonTokenType.String
        && reader.ValueTextEquals(constructor)
        && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("arg"u8) && reader.Read() && TryConstruct(ref reader, ref value)
        && reader.Read() && reader.TokenType == JsonTokenType.EndObject;

    private bool TryConstruct(ref Utf8JsonReader reader, ref CedarValue value)
    {
        if (!TypeTable.TryText(ref reader, out var text) || Extensions.Construct(kind, text) is not { } made)
        {
            return false;
        }

        value = made;
        return true;
    }
}

internal sealed class SetPlan(ValuePlan element) : ValuePlan
{
    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarSet.Empty;
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return true;
        }

        var elements = new List<CedarValue>();
        while (reader.TokenType != JsonTokenType.EndArray)
        {
            if (!element.TryRead(ref reader, out var item) || !reader.Read())
            {
                return false;
            }

            elements.Add(item);
        }

        value = CedarSet.Create(elements);
        return true;
    }
}

/// <summary>A record: its attributes in any order, each once; none unknown, no required one missing.</summary>
internal sealed class RecordPlan : ValuePlan
{
    private const int AttributesMax = 64;
    private readonly (byte[] Name, ValuePlan Plan)[] _attributes;
    private readonly ImmutableArray<string> _names;
    private readonly ulong _required;
    private readonly NameTable _table;
    private Shape _last;

    public RecordPlan(IReadOnlyList<(string Name, bool IsRequired, ValuePlan Plan)> attributes, NameTable table)
    {
        _table = table;
        _attributes = [.. attributes.Take(AttributesMax).Select(a => (System.Text.Encoding.UTF8.GetBytes(a.Name), a.Plan))];
        _names = [.. attributes.Select(a => table.Find(a.Name))];
        IsTaken = attributes.Count <= AttributesMax;
        for (var i = 0; i < _attributes.Length; i++)
        {
            _required |= attributes[i].IsRequired ? 1ul << i : 0;
        }

        _last = new(ulong.MaxValue, []);
    }

    /// <summary>Whether a record without attributes is one.</summary>
    public bool TakesNothing => IsTaken && _required == 0;

    private bool IsTaken { get; }

    public override bool TryRead(ref Utf8JsonReader reader, out CedarValue value)
    {
        value = CedarRecord.Empty;
        if (!IsTaken || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var values = new CedarValue[_attributes.Length];
        var (found, guess) = (0ul, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = Find(ref reader, guess);
            if (at < 0 || (found & (1ul << at)) != 0 || !reader.Read() || !_attributes[at].Plan.TryRead(ref reader, out values[at]))
            {
                return false;
            }

            found |= 1ul << at;
            guess = at + 1;
        }

        if (reader.TokenType != JsonTokenType.EndObject || (found & _required) != _required)
        {
            return false;
        }

        value = found == 0 ? CedarRecord.Empty : CedarRecord.OfSorted(NamesOf(found), Compact(values, found), _table);
        return true;
    }

    /// <summary>The attribute whose name the reader stands on; writers keep an order, so the one behind the last is asked first.</summary>
    private int Find(ref Utf8JsonReader reader, int guess)
    {
        if (reader.ValueIsEscaped)
        {
            return -1;
        }

        var name = reader.ValueSpan;
        if (guess < _attributes.Length && name.SequenceEqual(_attributes[guess].Name))
        {
            return guess;
        }

        for (var i = 0; i < _attributes.Length; i++)
        {
            if (name.SequenceEqual(_attributes[i].Name))
            {
                return i;
            }
        }

        return -1;
    }

    private ImmutableArray<string> NamesOf(ulong found)
    {
        var last = _last;
        if (last.Found != found)
        {
            _last = last = new(found, [.. _names.Where((_, i) => (found & (1ul << i)) != 0)]);
        }

        return last.Names;
    }

    private static ImmutableArray<CedarValue> Compact(CedarValue[] values, ulong found)
    {
        var count = System.Numerics.BitOperations.PopCount(found);
        if (count == values.Length)
        {
            return ImmutableCollectionsMarshal.AsImmutableArray(values);
        }

        var present = new CedarValue[count];
        var at = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if ((found & (1ul << i)) != 0)
            {
                present[at++] = values[i];
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(present);
    }

    /// <summary>The names of the records met last: most have the same optional attributes.</summary>
    private sealed record Shape(ulong Found, ImmutableArray<string> Names);
}
