using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>The answer to an operator when nothing was done.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Detail">What was expected and what came, in words for the operator; never a secret.</param>
public sealed record AdminRefusal(DenyReason Reason, string Detail) : IPlaneMessage<AdminRefusal>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("reason", JsonValue.Of(Reason.ToCode())), ("detail", JsonValue.Of(Detail)));

    /// <inheritdoc/>
    public static AdminRefusal Read(JsonFields fields) => new(fields.Reason("reason"), fields.String("detail"));
}
