using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>A local process asks for a nonce, to prove possession of its key.</summary>
public sealed record NonceRequest : IPlaneMessage<NonceRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)));

    /// <inheritdoc/>
    public static NonceRequest Read(JsonFields fields) => new();
}
