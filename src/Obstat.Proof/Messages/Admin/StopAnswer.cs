using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>What a halt or a revocation did. It acts at once; whether it is in the ledger is said apart.</summary>
/// <param name="Id">Id of the order: what a lift names.</param>
/// <param name="Entry">The entry; null while the ledger does not take it. A halt acts all the same.</param>
/// <param name="Ordered">Running leases that were ordered to stop.</param>
/// <param name="Acknowledged">How many points told that theirs stopped, within 250 ms.</param>
public sealed record StopAnswer(string Id, long? Entry, long Ordered, long Acknowledged) : IPlaneMessage<StopAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("acted", JsonValue.True), ("id", JsonValue.Of(Id)), ("durable", Entry is null ? JsonValue.False : JsonValue.True),
        ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
        ("leases", JsonValue.Object(("ordered", JsonValue.Of(Ordered)), ("acked", JsonValue.Of(Acknowledged)), ("silent", JsonValue.Of(Ordered - Acknowledged)))));

    /// <inheritdoc/>
    public static StopAnswer Read(JsonFields fields)
    {
        var leases = fields.Fields("leases");
        var read = new StopAnswer(fields.Random128("id"), fields.IntegerOrNull("entry"), leases.Integer("ordered"), leases.Integer("acked"));
        _ = (fields.Boolean("acted"), fields.Boolean("durable"), leases.Integer("silent"));
        FieldsOf.Finish(fields, "leases", leases);
        return read;
    }
}
