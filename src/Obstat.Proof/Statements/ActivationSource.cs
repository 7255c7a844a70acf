using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Where a new snapshot came from.</summary>
/// <param name="Seq">Sequence number of the signed bundle.</param>
/// <param name="Digest">Digest of the signed bundle.</param>
public sealed record ActivationSource(string Name, long? Seq, Digest? Digest)
{
    internal static ActivationSource Read(JsonFields fields) => new(
        fields.Text("name"),
        fields.IntegerOrNull("seq"),
        fields.DigestOrNull("digest"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("digest", Digest.ToJson()),
        ("name", JsonValue.Of(Name)),
        ("seq", Seq.ToJson()));
}
