using System.Globalization;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Bundles;

/// <summary>The log's key in the form that Sigstore tools take as trust (trusted_root 0.1). A convenience: whoever takes it from the evidence trusts the evidence.</summary>
public static class TrustedRoot
{
    /// <summary>The trusted root of one log.</summary>
    /// <param name="logKey">The key of its heads.</param>
    /// <param name="start">Since when the key is valid; written to the second.</param>
    public static JsonValue Of(VerifierKey logKey, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(logKey);
        return JsonValue.Object(
            ("mediaType", JsonValue.Of("application/vnd.dev.sigstore.trustedroot+json;version=0.1")),
            ("tlogs", JsonValue.Array(JsonValue.Object(
                ("baseUrl", JsonValue.Of("https://" + logKey.Name)),
                ("hashAlgorithm", JsonValue.Of("SHA2_256")),
                ("publicKey", JsonValue.Object(
                    ("rawBytes", JsonValue.Of(Convert.ToBase64String(logKey.ToSpki()))),
                    ("keyDetails", JsonValue.Of("PKIX_ED25519")),
                    ("validFor", JsonValue.Object(("start", JsonValue.Of(start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))))))),
                ("logId", SigstoreBundle.KeyId(logKey)),
                ("checkpointKeyId", SigstoreBundle.KeyId(logKey))))),
            ("certificateAuthorities", JsonValue.EmptyArray),
            ("ctlogs", JsonValue.EmptyArray),
            ("timestampAuthorities", JsonValue.EmptyArray));
    }
}
