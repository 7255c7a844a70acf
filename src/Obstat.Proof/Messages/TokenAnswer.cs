using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>An answer that is one signed token: an opened lease or a beat.</summary>
/// <param name="Token">The compact form.</param>
public sealed record TokenAnswer(string Token) : IPlaneMessage<TokenAnswer>
{
    private const int TokenMax = (1 << 20) - 64;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("token", JsonValue.Of(Token)));

    /// <inheritdoc/>
    public static TokenAnswer Read(JsonFields fields) => new(fields.Text("token", TokenMax));
}
