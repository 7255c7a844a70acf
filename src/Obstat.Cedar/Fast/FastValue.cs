using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>A value without its own object where a number says it all: bool, long, decimal, datetime, duration.</summary>
internal struct FastValue
{
    public CedarKind Kind;
    public long Bits;
    public CedarValue? Object;

    public static FastValue Of(bool value) => new() { Kind = CedarKind.Bool, Bits = value ? 1 : 0 };

    public static FastValue Of(CedarKind kind, long bits) => new() { Kind = kind, Bits = bits };

    public static FastValue Of(CedarValue value) => value switch
    {
        CedarString => new() { Kind = CedarKind.String, Object = value },
        CedarLong v => new() { Kind = CedarKind.Long, Bits = v.Value, Object = value },
        CedarBool v => new() { Kind = CedarKind.Bool, Bits = v.Value ? 1 : 0, Object = value },
        CedarDecimal v => new() { Kind = CedarKind.Decimal, Bits = v.Units, Object = value },
        CedarDateTime v => new() { Kind = CedarKind.DateTime, Bits = v.Milliseconds, Object = value },
        CedarDuration v => new() { Kind = CedarKind.Duration, Bits = v.Milliseconds, Object = value },
        _ => new() { Kind = value.Kind, Object = value },
    };

    public readonly bool IsSame(in FastValue other) =>
        Kind == other.Kind && (Kind is CedarKind.String or CedarKind.Entity or CedarKind.Set or CedarKind.Record or CedarKind.IpAddr
            ? ReferenceEquals(Object, other.Object) || Object!.Equals(other.Object)
            : Bits == other.Bits);

    /// <summary>The value as an object; makes one only for a computed number.</summary>
    public readonly CedarValue ToValue() => Object ?? Kind switch
    {
        CedarKind.Bool => CedarValue.Of(Bits != 0),
        CedarKind.Long => CedarValue.Of(Bits),
        CedarKind.Decimal => CedarDecimal.OfUnits(Bits),
        CedarKind.DateTime => CedarDateTime.OfMilliseconds(Bits),
        CedarKind.Duration => CedarDuration.OfMilliseconds(Bits),
        _ => throw new InvalidOperationException("a value of no kind"),
    };
}
