using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>Digests of the parts of the snapshot that a decision read; null where it did not read the part.</summary>
public sealed record ReadParts(Digest? Law, Digest? Directory, Digest? Trust, Digest? Revocations, SessionVersion? Session)
{
    internal static ReadParts Read(JsonFields fields) => new(
        fields.DigestOrNull("law"),
        fields.DigestOrNull("directory"),
        fields.DigestOrNull("trust"),
        fields.DigestOrNull("revocations"),
        fields.NestedOrNull("session", SessionVersion.Read));

    internal JsonValue ToJson() => JsonValue.Object(
        ("directory", Directory.ToJson()),
        ("law", Law.ToJson()),
        ("revocations", Revocations.ToJson()),
        ("session", Session?.ToJson() ?? JsonValue.Null),
        ("trust", Trust.ToJson()));
}
