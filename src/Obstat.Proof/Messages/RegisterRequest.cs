using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The body of <see cref="PlaneRoutes.Points"/>: one signed <see cref="PointRegistration"/>, and what the point wants proof to lead from.</summary>
/// <param name="Registration">The compact token.</param>
/// <param name="Seen">Size of the largest head of that log that the point verified; 0 before the first.</param>
/// <param name="Origin">The log whose head key the point pinned: a plane of another one refuses, and the point asks how that goes on from it (<see cref="ContinuationRequest"/>).</param>
public sealed record RegisterRequest(string Registration, long Seen, string Origin) : IPlaneMessage<RegisterRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("registration", JsonValue.Of(Registration)), ("seen", JsonValue.Of(Seen)), ("origin", JsonValue.Of(Origin)));

    /// <inheritdoc/>
    public static RegisterRequest Read(JsonFields fields) => new(fields.Text("registration", 65536), fields.Integer("seen"), fields.Text("origin", 256));
}
