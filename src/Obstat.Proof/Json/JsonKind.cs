namespace Obstat.Proof.Json;

/// <summary>What a JSON value is (RFC 8259 section 3). Zero is no value at all.</summary>
public enum JsonKind
{
    /// <summary>No value: what an unset variable holds.</summary>
    None = 0,

    /// <summary>The literal <c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>An IEEE 754 double.</summary>
    Number,

    /// <summary>A sequence of Unicode scalar values.</summary>
    String,

    /// <summary>An ordered list.</summary>
    Array,

    /// <summary>Members with distinct names.</summary>
    Object,
}
