namespace Obstat.Proof.Json;

/// <summary>One member of a JSON object.</summary>
/// <param name="Name">The unescaped name.</param>
/// <param name="Value">The value.</param>
/// <param name="Offset">Byte offset of the name in the text it was read from; 0 for a value that was made in memory.</param>
public readonly record struct JsonMember(string Name, JsonValue Value, int Offset);
