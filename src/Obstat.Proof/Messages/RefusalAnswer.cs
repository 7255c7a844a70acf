using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>The body of every answer that is no decision (4xx, 5xx).</summary>
/// <param name="Reason">The code.</param>
public sealed record RefusalAnswer(DenyReason Reason) : IPlaneMessage<RefusalAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("reason", JsonValue.Of(Reason.ToCode())));

    /// <inheritdoc/>
    public static RefusalAnswer Read(JsonFields fields) => new(fields.Reason("reason"));
}
