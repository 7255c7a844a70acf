namespace Obstat.Cedar;

/// <summary>Why an expression has no value. Zero is none.</summary>
public enum EvaluationError
{
    None = 0,

    /// <summary>A value of the wrong kind, or the wrong number of arguments.</summary>
    TypeError,

    /// <summary>A record or a stored entity without the attribute.</summary>
    AttributeAbsent,

    /// <summary>A stored entity without the tag.</summary>
    TagAbsent,

    /// <summary>An entity that is not stored.</summary>
    EntityAbsent,

    /// <summary>A result beyond 64 bits.</summary>
    Overflow,

    /// <summary>A text that is no value of its extension type.</summary>
    ExtensionError,
}
