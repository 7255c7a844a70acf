using System.Globalization;

namespace Obstat.Cedar.Values;

/// <summary>A 64-bit signed integer.</summary>
public sealed class CedarLong : CedarValue
{
    private const int SmallMin = -16;
    private static readonly CedarLong[] Small = [.. Enumerable.Range(SmallMin, 1024).Select(n => new CedarLong(n))];

    private CedarLong(long value) => Value = value;

    internal static CedarLong Create(long value) => value >= SmallMin && value < SmallMin + Small.Length ? Small[value - SmallMin] : new(value);

    /// <summary>The value.</summary>
    public long Value { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Long;

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarLong that && Value == that.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CedarKind.Long, Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
