using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>A nonce, good once and for 60 s.</summary>
/// <param name="Nonce">128 random bits, base64url.</param>
/// <param name="Aud">What the proof must name as its audience.</param>
public sealed record NonceAnswer(string Nonce, string Aud) : IPlaneMessage<NonceAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("nonce", JsonValue.Of(Nonce)), ("aud", JsonValue.Of(Aud)));

    /// <inheritdoc/>
    public static NonceAnswer Read(JsonFields fields) => new(fields.Random128("nonce"), fields.Text("aud", 512));
}
