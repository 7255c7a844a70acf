using System.Globalization;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Leaves;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Bundles;

/// <summary>
/// An entry in the form that unmodified Sigstore tools take (bundle v0.3): a projection of envelope, leaf and proof, and never more than they say.
/// Those tools check less than we do; the proof file is primary.
/// </summary>
public static class SigstoreBundle
{
    /// <summary>Media type of the bundle.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>The bundle of one entry. The id of the first key that signed the checkpoint stands in the place where Rekor has its log id.</summary>
    public static JsonValue Of(Envelope envelope, Leaf leaf, TlogProof proof, Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(head);
        var index = JsonValue.Of(proof.Index.ToString(CultureInfo.InvariantCulture)); // 64-bit numbers are strings in protobuf's JSON
        return JsonValue.Object(
            ("mediaType", JsonValue.Of(MediaType)),
            ("verificationMaterial", JsonValue.Object(
                ("publicKey", JsonValue.Object(("hint", JsonValue.Of(leaf.Key.Kid)))),
                ("tlogEntries", JsonValue.Array(JsonValue.Object(
                    ("logIndex", index),
                    ("logId", KeyId(proof.Note.Signatures.FirstOrDefault(s => s.Name == head.Origin)?.KeyId ?? 0)),
                    ("kindVersion", JsonValue.Object(("kind", JsonValue.Of("hashedrekord")), ("version", JsonValue.Of("0.0.2")))),
                    ("integratedTime", JsonValue.Of("0")),
                    ("inclusionProof", JsonValue.Object(
                        ("logIndex", index),
                        ("rootHash", JsonValue.Of(head.Root.ToBase64())),
                        ("treeSize", JsonValue.Of(head.Size.ToString(CultureInfo.InvariantCulture))),
                        ("hashes", JsonValue.Strings(proof.Path.Select(h => h.ToBase64()))),
                        ("checkpoint", JsonValue.Object(("envelope", JsonValue.Of(proof.Note.ToString())))))),
                    ("canonicalizedBody", JsonValue.Of(Convert.ToBase64String(leaf.Bytes.Span)))))))),
            ("dsseEnvelope", envelope.ToJson()));
    }

    /// <summary>The four bytes of a note key's id, as Sigstore names a log.</summary>
    internal static JsonValue KeyId(uint key)
    {
        var id = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(id, key);
        return JsonValue.Object(("keyId", JsonValue.Of(Convert.ToBase64String(id))));
    }
}
