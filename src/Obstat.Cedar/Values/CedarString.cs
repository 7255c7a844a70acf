using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Values;

/// <summary>A sequence of Unicode scalar values, compared without normalisation.</summary>
public sealed class CedarString : CedarValue
{
    internal CedarString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Quoting.IsScalarText(value))
        {
            throw new ArgumentException("a string holds a lone surrogate", nameof(value));
        }

        Value = value;
    }

    private CedarString() => Value = "";

    /// <summary>A string that was decoded from valid UTF-8 and so holds no lone surrogate.</summary>
    internal static CedarString OfDecoded(string value) => new() { Value = value };

    /// <summary>The value.</summary>
    public string Value { get; private init; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.String;

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarString that && string.Equals(Value, that.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Quoting.Quote(Value);
}
