namespace Obstat.Proof.Json;

/// <summary>Which texts a reader takes for JSON.</summary>
public enum JsonRules
{
    /// <summary>Everything that is decided on or signed: exact numbers, no noncharacters, nothing beside the value.</summary>
    Intake = 0,

    /// <summary>RFC 8259 with distinct names and well-formed strings, numbers as doubles: the input of RFC 8785, for digests of what others made.</summary>
    Canonicalizer,

    /// <summary>As <see cref="Intake"/>, with <c>//</c> comments and trailing commas: files that people write.</summary>
    Settings,
}
