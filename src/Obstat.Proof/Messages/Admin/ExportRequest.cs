using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>Which entries to export. The bundle also has what they need to be verified: keys, heads, registrations, outcomes, snapshots.</summary>
/// <param name="From">First index.</param>
/// <param name="To">Last index; null: up to the newest.</param>
public sealed record ExportRequest(long From, long? To) : IPlaneMessage<ExportRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("from", JsonValue.Of(From)), ("to", To is { } to ? JsonValue.Of(to) : JsonValue.Null));

    /// <inheritdoc/>
    public static ExportRequest Read(JsonFields fields) => new(fields.Integer("from"), fields.IntegerOrNull("to"));
}
