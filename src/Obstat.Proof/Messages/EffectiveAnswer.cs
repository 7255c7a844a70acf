using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>What the plane published, for the point's next statement.</summary>
/// <param name="IntervalMs">How often the point probes and says so, in ms.</param>
/// <param name="Snapshot">The snapshot in force.</param>
public sealed record EffectiveAnswer(long IntervalMs, Digest Snapshot) : IPlaneMessage<EffectiveAnswer>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(("v", JsonValue.Of(PlaneMessage.Version)), ("interval_ms", JsonValue.Of(IntervalMs)), ("snapshot", JsonValue.Of(Snapshot.ToHex())));

    /// <inheritdoc/>
    public static EffectiveAnswer Read(JsonFields fields) => new(fields.Integer("interval_ms", 1_000, 3_600_000), fields.HexDigest("snapshot"));
}
