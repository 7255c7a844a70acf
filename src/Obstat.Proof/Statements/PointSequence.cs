using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>One thing that an enforcement point said, by its number.</summary>
/// <param name="Boot">128 random bits of this start.</param>
/// <param name="Seq">From 1, one for each thing said since the start.</param>
/// <param name="Prev">Statement digest of the previous link of the same chain; null in the first.</param>
public sealed record PointSequence(string Id, string Boot, long Seq, Digest? Prev)
{
    internal static PointSequence Read(JsonFields fields) => new(
        fields.Text("id"),
        fields.Id("boot"),
        fields.Integer("seq", 1),
        fields.DigestOrNull("prev"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("id", JsonValue.Of(Id)),
        ("prev", Prev.ToJson()),
        ("seq", JsonValue.Of(Seq)));
}
