using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Obstat.Cedar.Values;

/// <summary>A set of values, perhaps of several kinds. Keeps the first occurrence of each element, in the order given.</summary>
public sealed class CedarSet : CedarValue
{
    private const int ScannedMax = 8;
    private readonly HashSet<CedarValue>? _lookup;
    private int _hash;

    private CedarSet(ImmutableArray<CedarValue> elements, HashSet<CedarValue>? lookup) => (Elements, _lookup) = (elements, lookup);

    /// <summary>The set without elements.</summary>
    public static CedarSet Empty { get; } = new([], null);

    /// <summary>The distinct elements, in the order given. No meaning may hang on that order.</summary>
    public ImmutableArray<CedarValue> Elements { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Set;

    /// <summary>Whether an equal value is in the set.</summary>
    public bool Contains(CedarValue value)
    {
        if (_lookup is not null)
        {
            return _lookup.Contains(value);
        }

        foreach (var element in Elements)
        {
            if (element.Equals(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether every element of <paramref name="other"/> is in this set.</summary>
    public bool ContainsAll(CedarSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var element in other.Elements)
        {
            if (!Contains(element))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether some element of <paramref name="other"/> is in this set.</summary>
    public bool ContainsAny(CedarSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var element in other.Elements)
        {
            if (Contains(element))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) =>
        ReferenceEquals(this, other)
        || (other is CedarSet that && Elements.Length == that.Elements.Length && (_hash == 0 || that._hash == 0 || _hash == that._hash) && ContainsAll(that));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash != 0)
        {
            return _hash;
        }

        var sum = 0;
        foreach (var element in Elements)
        {
            sum = unchecked(sum + element.GetHashCode());
        }

        return _hash = HashCode.Combine(CedarKind.Set, sum) | 1;
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Elements.Select(e => e.ToString()))}]";

    // An array of one kind of value is an array of values to the compiler, and not to a span.
    internal static CedarSet Create(IEnumerable<CedarValue> elements) =>
        Create(elements is List<CedarValue> list ? CollectionsMarshal.AsSpan(list) : elements.GetType() == typeof(CedarValue[]) ? (CedarValue[])elements : [.. elements]);

    internal static CedarSet Create(ReadOnlySpan<CedarValue> elements)
    {
        var distinct = ImmutableArray.CreateBuilder<CedarValue>(elements.Length);
        var lookup = elements.Length > ScannedMax ? new HashSet<CedarValue>(elements.Length) : null;
        foreach (var element in elements)
        {
            if (lookup?.Add(element) ?? !Holds(distinct, element))
            {
                distinct.Add(element);
            }
        }

        return distinct.Count == 0 ? Empty : new(distinct.DrainToImmutable(), lookup);
    }

    private static bool Holds(ImmutableArray<CedarValue>.Builder elements, CedarValue value)
    {
        for (var i = 0; i < elements.Count; i++)
        {
            if (elements[i].Equals(value))
            {
                return true;
            }
        }

        return false;
    }
}
