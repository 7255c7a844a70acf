using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The newest head that the witnesses' quorum had cosigned.</summary>
public sealed record WitnessedHead(long Size, Timestamp Time)
{
    internal static WitnessedHead Read(JsonFields fields) => new(
        fields.Integer("size"),
        fields.Time("time"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("size", JsonValue.Of(Size)),
        ("time", JsonValue.Of(Time.ToString())));
}
