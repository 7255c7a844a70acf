using System.Globalization;

namespace Obstat.Core.Records;

/// <summary>Where an entry stands in its log: 0 is <c>genesis</c>. An index is not a count: the tree that first holds it has the size <c>Value + 1</c>.</summary>
/// <param name="Value">0 to 2^53 - 1: what a statement can name.</param>
public readonly record struct EntryIndex(long Value) : IComparable<EntryIndex>
{
    /// <inheritdoc/>
    public int CompareTo(EntryIndex other) => Value.CompareTo(other.Value);

    /// <summary>The digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Order of the log.</summary>
    public static bool operator <(EntryIndex left, EntryIndex right) => left.Value < right.Value;

    /// <summary>Order of the log.</summary>
    public static bool operator >(EntryIndex left, EntryIndex right) => left.Value > right.Value;

    /// <summary>Order of the log.</summary>
    public static bool operator <=(EntryIndex left, EntryIndex right) => left.Value <= right.Value;

    /// <summary>Order of the log.</summary>
    public static bool operator >=(EntryIndex left, EntryIndex right) => left.Value >= right.Value;
}
