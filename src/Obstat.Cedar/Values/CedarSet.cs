using System.Collections.Immutable;

namespace Obstat.Cedar.Values;

/// <summary>A set of values, perhaps of several kinds. Keeps the first occurrence of each element, in the order given.</summary>
public sealed class CedarSet : CedarValue
{
    private const int ScannedMax = 8;
    private readonly HashSet<CedarValue>? _lookup;
    private readonly int _hash;

    private CedarSet(ImmutableArray<CedarValue> elements, HashSet<CedarValue>? lookup)
    {
        (Elements, _lookup) = (elements, lookup);
        var sum = 0;
        foreach (var element in elements)
        {
            sum = unchecked(sum + element.GetHashCode());
        }

        _hash = HashCode.Combine(CedarKind.Set, sum);
    }

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
        || (other is CedarSet that && _hash == that._hash && Elements.Length == that.Elements.Length && ContainsAll(that));

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Elements.Select(e => e.ToString()))}]";

    internal static CedarSet Create(IEnumerable<CedarValue> elements)
    {
        var given = elements as IReadOnlyCollection<CedarValue> ?? [.. elements];
        var distinct = ImmutableArray.CreateBuilder<CedarValue>(given.Count);
        if (given.Count <= ScannedMax)
        {
            foreach (var element in given)
            {
                if (!distinct.Contains(element))
                {
                    distinct.Add(element);
                }
            }

            return distinct.Count == 0 ? Empty : new(distinct.DrainToImmutable(), null);
        }

        var lookup = new HashSet<CedarValue>(given.Count);
        foreach (var element in given)
        {
            if (lookup.Add(element))
            {
                distinct.Add(element);
            }
        }

        return new(distinct.DrainToImmutable(), lookup);
    }
}
