using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>How an execution was stopped.</summary>
/// <param name="Index">Entry that caused it.</param>
/// <param name="DetectUs">Microseconds until it was noticed.</param>
/// <param name="ActUs">Microseconds until it had stopped.</param>
public sealed record StopFacts(string Cause, long? Index, long DetectUs, long ActUs, Timestamp? LastEffectAt)
{
    internal static StopFacts Read(JsonFields fields) => new(
        fields.Text("cause"),
        fields.IntegerOrNull("index"),
        fields.Integer("detectUs"),
        fields.Integer("actUs"),
        fields.TimeOrNull("lastEffectAt"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("actUs", JsonValue.Of(ActUs)),
        ("cause", JsonValue.Of(Cause)),
        ("detectUs", JsonValue.Of(DetectUs)),
        ("index", Index.ToJson()),
        ("lastEffectAt", LastEffectAt.ToJson()));
}
