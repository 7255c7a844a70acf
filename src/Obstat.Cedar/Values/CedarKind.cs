namespace Obstat.Cedar.Values;

/// <summary>The kinds of values. Zero is no kind.</summary>
public enum CedarKind
{
    None = 0,
    Bool,
    Long,
    String,
    Entity,
    Set,
    Record,
    Decimal,
    IpAddr,
    DateTime,
    Duration,
}
