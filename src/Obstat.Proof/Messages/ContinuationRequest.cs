using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>The body of <see cref="PlaneRoutes.Continuation"/>: a point pinned a log that is not the one in force.</summary>
/// <param name="Origin">The log that it pinned.</param>
/// <param name="Seen">Size of the largest head of it that the point verified; 0 before the first.</param>
public sealed record ContinuationRequest(string Origin, long Seen) : IPlaneMessage<ContinuationRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("origin", JsonValue.Of(Origin)), ("seen", JsonValue.Of(Seen)));

    /// <inheritdoc/>
    public static ContinuationRequest Read(JsonFields fields) => new(fields.Text("origin", 256), fields.Integer("seen"));
}
