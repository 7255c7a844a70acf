namespace Obstat.Cedar.Values;

/// <summary>
/// A value of the language: bool, long, string, entity reference, set, record, decimal, ipaddr, datetime or duration. Immutable.
/// Equality is that of the operator <c>==</c>: it never fails, and values of different kinds are unequal.
/// </summary>
public abstract class CedarValue : IEquatable<CedarValue>
{
    private protected CedarValue()
    {
    }

    /// <summary>Which kind of value this is.</summary>
    public abstract CedarKind Kind { get; }

    /// <summary>A bool.</summary>
    public static CedarBool Of(bool value) => value ? CedarBool.True : CedarBool.False;

    /// <summary>A long.</summary>
    public static CedarLong Of(long value) => CedarLong.Create(value);

    /// <summary>A string of Unicode scalar values. Refuses lone surrogates with <see cref="ArgumentException"/>.</summary>
    public static CedarString Of(string value) => new(value);

    /// <summary>A set; duplicates and order do not count.</summary>
    public static CedarSet SetOf(params IEnumerable<CedarValue> elements) => CedarSet.Create(elements);

    /// <summary>A record. Refuses a name that occurs twice with <see cref="ArgumentException"/>.</summary>
    public static CedarRecord RecordOf(params IEnumerable<KeyValuePair<string, CedarValue>> attributes) => CedarRecord.Create(attributes);

    /// <summary>A record of a few attributes.</summary>
    public static CedarRecord RecordOf(params ReadOnlySpan<(string Name, CedarValue Value)> attributes)
    {
        var pairs = new KeyValuePair<string, CedarValue>[attributes.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new(attributes[i].Name, attributes[i].Value);
        }

        return CedarRecord.Create(pairs);
    }

    /// <inheritdoc/>
    public abstract bool Equals(CedarValue? other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CedarValue);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>The value as an expression of the language that evaluates to it.</summary>
    public abstract override string ToString();
}
