using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Asks for an access token (RFC 9068) of an enrolled person, signed by the plane.</summary>
/// <param name="Name">The enrolled identity.</param>
/// <param name="Audience">The URL that the token is for.</param>
/// <param name="LifeSeconds">1 to 3,600.</param>
public sealed record AccessTokenRequest(string Name, string Audience, int LifeSeconds) : IPlaneMessage<AccessTokenRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("name", JsonValue.Of(Name)), ("audience", JsonValue.Of(Audience)), ("life", JsonValue.Of(LifeSeconds)));

    /// <inheritdoc/>
    public static AccessTokenRequest Read(JsonFields fields) => new(fields.Name("name"), fields.Text("audience"), (int)fields.Integer("life", 1, 3_600));
}
