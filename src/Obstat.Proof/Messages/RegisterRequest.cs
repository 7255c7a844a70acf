using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The body of <see cref="PlaneRoutes.Points"/>: one signed <see cref="PointRegistration"/>.</summary>
/// <param name="Registration">The compact token.</param>
public sealed record RegisterRequest(string Registration) : IPlaneMessage<RegisterRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("registration", JsonValue.Of(Registration)));

    /// <inheritdoc/>
    public static RegisterRequest Read(JsonFields fields) => new(fields.Text("registration", 65536));
}
