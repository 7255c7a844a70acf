using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What was in force, by digest. The digest of the whole is computed from the parts, so another one cannot be written and is refused when read.</summary>
public sealed record SnapshotDigests(LawDigests Law, Digest Directory, Digest Trust, Digest Revocations)
{
    /// <summary>SHA-256 of the canonical object <c>{directory, law, revocations, trust}</c>, where law is the digest of its three parts. It is <c>pol.h</c> of a permit.</summary>
    public Digest Digest => Proof.Digest.Of(JsonValue.Object(
        ("directory", Directory.ToJson()), ("law", Law.Digest.ToJson()), ("revocations", Revocations.ToJson()), ("trust", Trust.ToJson())));

    internal static SnapshotDigests Read(JsonFields fields)
    {
        var snapshot = new SnapshotDigests(fields.Nested("law", LawDigests.Read), fields.Digest("directory"), fields.Digest("trust"), fields.Digest("revocations"));
        if (fields.Digest("digest") != snapshot.Digest)
        {
            fields.Refuse("digest", "the digest of the parts");
        }

        return snapshot;
    }

    internal JsonValue ToJson() => JsonValue.Object(
        ("law", Law.ToJson()), ("directory", Directory.ToJson()), ("trust", Trust.ToJson()), ("revocations", Revocations.ToJson()), ("digest", Digest.ToJson()));
}
