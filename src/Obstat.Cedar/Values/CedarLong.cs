using System.Globalization;

namespace Obstat.Cedar.Values;

/// <summary>A 64-bit signed integer.</summary>
public sealed class CedarLong : CedarValue
{
    internal CedarLong(long value) => Value = value;

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
