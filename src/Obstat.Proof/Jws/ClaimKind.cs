namespace Obstat.Proof.Jws;

/// <summary>What the value of a claim must be. Zero is nothing: no value fits.</summary>
public enum ClaimKind
{
    /// <summary>No value fits.</summary>
    None = 0,

    /// <summary>A non-empty string.</summary>
    Text,

    /// <summary>Seconds since 1970 as a plain integer token: no string, fraction or exponent.</summary>
    Time,

    /// <summary>An integer from 0 to 2^53 - 1.</summary>
    Integer,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A non-empty string, or an array of 1 to 8 of them.</summary>
    Audience,

    /// <summary>A string or null.</summary>
    TextOrNull,

    /// <summary>An object or null.</summary>
    ObjectOrNull,
}
