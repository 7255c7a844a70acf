using System.Globalization;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Bundles;

/// <summary>The log's key in the form that Sigstore tools take as trust (trusted_root 0.1). A convenience: whoever takes it from the evidence trusts the evidence.</summary>
public static class TrustedRoot
{
    /// <summary>The trusted root of a log with one key.</summary>
    /// <param name="logKey">The key of its heads.</param>
    /// <param name="start">Since when the key is valid; written to the second.</param>
    public static JsonValue Of(VerifierKey logKey, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(logKey);
        return Of([(logKey, start, null)]);
    }

    /// <summary>The trusted root that the entries of a bundle give: of all head keys that they announce, where the given key is among them; else of that key alone.</summary>
    internal static JsonValue Of(VerifierKey logKey, IReadOnlyList<(long Index, Statement Statement)> entries)
    {
        DateTimeOffset At(long index) => entries.First(e => e.Index == index).Statement.Time.Time;
        var start = entries.Min(e => e.Statement.Time).Time;
        return HeadKeys.Among(entries) is { } keys && keys.Windows.Any(w => w.Key.Equals(logKey))
            ? Of(keys.Windows.Select(w => (w.Key, w.From == 0 ? start : At(w.From), w.Until is { } until ? At(until) : (DateTimeOffset?)null)))
            : Of(logKey, start);
    }

    private static JsonValue Of(IEnumerable<(VerifierKey Key, DateTimeOffset Start, DateTimeOffset? End)> keys) => JsonValue.Object(
        ("mediaType", JsonValue.Of("application/vnd.dev.sigstore.trustedroot+json;version=0.1")),
        ("tlogs", JsonValue.Array(keys.Select(k => JsonValue.Object(
            ("baseUrl", JsonValue.Of("https://" + k.Key.Name)),
            ("hashAlgorithm", JsonValue.Of("SHA2_256")),
            ("publicKey", JsonValue.Object(
                ("rawBytes", JsonValue.Of(Convert.ToBase64String(k.Key.ToSpki()))),
                ("keyDetails", JsonValue.Of("PKIX_ED25519")),
                ("validFor", JsonValue.Object([("start", Seconds(k.Start)), .. k.End is { } end ? [("end", Seconds(end))] : Array.Empty<(string, JsonValue)>()])))),
            ("logId", SigstoreBundle.KeyId(k.Key.KeyId)),
            ("checkpointKeyId", SigstoreBundle.KeyId(k.Key.KeyId)))))),
        ("certificateAuthorities", JsonValue.EmptyArray),
        ("ctlogs", JsonValue.EmptyArray),
        ("timestampAuthorities", JsonValue.EmptyArray));

    private static JsonValue Seconds(DateTimeOffset time) => JsonValue.Of(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
