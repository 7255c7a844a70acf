using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>A one-time link into the console.</summary>
/// <param name="Url">The link: whoever opens it first has the session.</param>
/// <param name="Expires">Its end, seconds since 1970.</param>
public sealed record ConsoleLinkAnswer(string Url, long Expires) : IPlaneMessage<ConsoleLinkAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("url", JsonValue.Of(Url)), ("exp", JsonValue.Of(Expires)));

    /// <inheritdoc/>
    public static ConsoleLinkAnswer Read(JsonFields fields) => new(fields.Text("url"), fields.Integer("exp"));
}
