using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The start of an enforcement point before this one, and the last number known of it.</summary>
public sealed record PreviousBoot(string Boot, long LastSeq)
{
    internal static PreviousBoot Read(JsonFields fields) => new(
        fields.Id("boot"),
        fields.Integer("lastSeq"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("lastSeq", JsonValue.Of(LastSeq)));
}
