using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Which decisions to list, newest first.</summary>
/// <param name="Before">Only entries below this index; null: from the newest.</param>
/// <param name="Limit">1 to 1,000.</param>
/// <param name="Allowed">True: only allows; false: only denials; null: both.</param>
/// <param name="Reason">Only denials with this code; null: any.</param>
public sealed record DecisionsRequest(long? Before, int Limit, bool? Allowed, DenyReason? Reason) : IPlaneMessage<DecisionsRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("before", Before is { } before ? JsonValue.Of(before) : JsonValue.Null),
        ("limit", JsonValue.Of(Limit)),
        ("decision", JsonValue.Of(Allowed is { } allowed ? allowed ? "allow" : "deny" : null)),
        ("reason", JsonValue.Of(Reason?.ToCode())));

    /// <inheritdoc/>
    public static DecisionsRequest Read(JsonFields fields) => new(
        fields.IntegerOrNull("before"), (int)fields.Integer("limit", 1, 1_000), fields.StringOrNull("decision", 8) is null ? null : fields.OneOf("decision", "allow", "deny") == "allow", AdminFields.ReasonOrNull(fields, "reason"));
}
