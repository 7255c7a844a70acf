namespace Obstat.Proof.Json;

/// <summary>Why a text is not the JSON that was asked for: what was expected, what came, where.</summary>
/// <param name="Expected">What the reader wanted, in words.</param>
/// <param name="Got">What stood there instead, never a secret or a long value.</param>
/// <param name="Offset">Byte offset in the text, from 0.</param>
public readonly record struct JsonError(string Expected, string Got, int Offset)
{
    /// <inheritdoc/>
    public override string ToString() => $"expected {Expected}, got {Got} (at byte {Offset})";
}
