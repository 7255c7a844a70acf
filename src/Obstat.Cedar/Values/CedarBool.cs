namespace Obstat.Cedar.Values;

/// <summary><c>true</c> or <c>false</c>; exactly two instances exist.</summary>
public sealed class CedarBool : CedarValue
{
    private CedarBool(bool value) => Value = value;

    /// <summary><c>true</c>.</summary>
    public static CedarBool True { get; } = new(true);

    /// <summary><c>false</c>.</summary>
    public static CedarBool False { get; } = new(false);

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Bool;

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value ? 1 : 2;

    /// <inheritdoc/>
    public override string ToString() => Value ? "true" : "false";
}
