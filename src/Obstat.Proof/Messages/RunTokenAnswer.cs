using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The run token.</summary>
/// <param name="Token">A <see cref="RunTokenClaims"/>, compact.</param>
/// <param name="Expires">Its end, seconds since 1970.</param>
public sealed record RunTokenAnswer(string Token, long Expires) : IPlaneMessage<RunTokenAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("token", JsonValue.Of(Token)), ("exp", JsonValue.Of(Expires)));

    /// <inheritdoc/>
    public static RunTokenAnswer Read(JsonFields fields) => new(fields.Text("token", 8192), fields.Integer("exp"));
}
