using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What an execution did, as its enforcement point counted it.</summary>
public sealed record EffectCounts(long Calls, long BytesIn, long BytesOut)
{
    internal static EffectCounts Read(JsonFields fields) => new(
        fields.Integer("calls"),
        fields.Integer("bytesIn"),
        fields.Integer("bytesOut"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("bytesIn", JsonValue.Of(BytesIn)),
        ("bytesOut", JsonValue.Of(BytesOut)),
        ("calls", JsonValue.Of(Calls)));
}
