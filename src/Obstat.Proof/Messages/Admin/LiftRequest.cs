using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>One person's word that a halt be lifted, or a point armed again.</summary>
/// <param name="Order">An order of kind <c>lift</c> or <c>rearm</c> that names the halt, signed by an operator's key.</param>
public sealed record LiftRequest(string Order) : IPlaneMessage<LiftRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("order", JsonValue.Of(Order)));

    /// <inheritdoc/>
    public static LiftRequest Read(JsonFields fields) => new(fields.Text("order", 4000));
}
