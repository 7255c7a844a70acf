using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>A local process proves possession of its enrolled key.</summary>
/// <param name="Proof">A <see cref="PossessionProof"/>, compact.</param>
public sealed record RunTokenRequest(string Proof) : IPlaneMessage<RunTokenRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("proof", JsonValue.Of(Proof)));

    /// <inheritdoc/>
    public static RunTokenRequest Read(JsonFields fields) => new(fields.Text("proof", 8192));
}
