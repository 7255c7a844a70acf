using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Values;

/// <summary>Named values. Names are distinct and kept in ordinal order.</summary>
public sealed class CedarRecord : CedarValue
{
    private int _hash;

    private CedarRecord(ImmutableArray<string> names, ImmutableArray<CedarValue> values) => (Names, Values) = (names, values);

    /// <summary>The record without attributes.</summary>
    public static CedarRecord Empty { get; } = new([], []);

    /// <summary>The names, in ordinal order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The values, in the order of <see cref="Names"/>.</summary>
    public ImmutableArray<CedarValue> Values { get; }

    /// <summary>The table whose own strings the names are, if they are: then a name of that table that is not found by reference is absent.</summary>
    internal object? NameTable { get; private init; }

    /// <summary>The number of attributes.</summary>
    public int Count => Names.Length;

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Record;

    /// <summary>The value of one attribute.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out CedarValue? value)
    {
        var (low, high) = (0, Names.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(Names[middle], name);
            if (order == 0)
            {
                value = Values[middle];
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        value = null;
        return false;
    }

    /// <summary>This record with one attribute set, added or replaced.</summary>
    public CedarRecord With(string name, CedarValue value)
    {
        var pairs = new List<KeyValuePair<string, CedarValue>>(Count + 1) { new(name, value) };
        for (var i = 0; i < Count; i++)
        {
            if (!string.Equals(Names[i], name, StringComparison.Ordinal))
            {
                pairs.Add(new(Names[i], Values[i]));
            }
        }

        return Create(pairs);
    }

    /// <summary>An equal record with the names and values of a compiled store.</summary>
    internal CedarRecord Rebuilt(object nameTable, Func<string, string> name, Func<CedarValue, CedarValue> value) =>
        new([.. Names.Select(name)], [.. Values.Select(value)]) { _hash = _hash, NameTable = nameTable };

    /// <summary>A record of sorted, distinct names and their values.</summary>
    internal static CedarRecord OfSorted(ImmutableArray<string> names, ImmutableArray<CedarValue> values, object? nameTable) => new(names, values) { NameTable = nameTable };

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is not CedarRecord that || Count != that.Count || (_hash != 0 && that._hash != 0 && _hash != that._hash))
        {
            return false;
        }

        for (var i = 0; i < Names.Length; i++)
        {
            if (!string.Equals(Names[i], that.Names[i], StringComparison.Ordinal) || !Values[i].Equals(that.Values[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash != 0)
        {
            return _hash;
        }

        // Computed when first asked for: most records are only looked into. Two threads write the same number.
        var hash = default(HashCode);
        hash.Add(CedarKind.Record);
        for (var i = 0; i < Names.Length; i++)
        {
            hash.Add(string.GetHashCode(Names[i], StringComparison.Ordinal));
            hash.Add(Values[i].GetHashCode());
        }

        return _hash = hash.ToHashCode() | 1;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < Count; i++)
        {
            _ = text.Append(i == 0 ? "" : ", ").Append(Quoting.Quote(Names[i])).Append(": ").Append(Values[i]);
        }

        return text.Append('}').ToString();
    }

    internal static CedarRecord Create(IEnumerable<KeyValuePair<string, CedarValue>> attributes)
    {
        var pairs = attributes.ToArray();
        if (pairs.Length == 0)
        {
            return Empty;
        }

        Array.Sort(pairs, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var names = ImmutableArray.CreateBuilder<string>(pairs.Length);
        var values = ImmutableArray.CreateBuilder<CedarValue>(pairs.Length);
        for (var i = 0; i < pairs.Length; i++)
        {
            if (i > 0 && string.Equals(pairs[i - 1].Key, pairs[i].Key, StringComparison.Ordinal))
            {
                throw new ArgumentException($"the attribute {pairs[i].Key} occurs twice", nameof(attributes));
            }

            names.Add(pairs[i].Key);
            values.Add(pairs[i].Value);
        }

        return new(names.MoveToImmutable(), values.MoveToImmutable());
    }
}
