using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>The access token.</summary>
/// <param name="Token">Compact JWS, <c>typ: at+jwt</c>.</param>
/// <param name="Expires">Its end, seconds since 1970.</param>
public sealed record AccessTokenAnswer(string Token, long Expires) : IPlaneMessage<AccessTokenAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("token", JsonValue.Of(Token)), ("exp", JsonValue.Of(Expires)));

    /// <inheritdoc/>
    public static AccessTokenAnswer Read(JsonFields fields) => new(fields.Text("token", 8192), fields.Integer("exp"));
}
