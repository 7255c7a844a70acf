using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Statements;

/// <summary>A key that a rotation names: by thumbprint (P-256) or by vkey (head key), exactly one of them.</summary>
/// <param name="Kid">Thumbprint, or null.</param>
/// <param name="Vkey">Note key, or null.</param>
/// <param name="PublicKey">Base64 of the SubjectPublicKeyInfo of a new key; null of an old one.</param>
public sealed record RotatedKey(string? Kid, string? Vkey, string? PublicKey)
{
    /// <summary>A head key that ends.</summary>
    public static RotatedKey Ends(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(null, key.ToString(), null);
    }

    /// <summary>A head key that begins.</summary>
    public static RotatedKey Begins(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(null, key.ToString(), Convert.ToBase64String(key.ToSpki()));
    }

    internal static RotatedKey ReadOld(JsonFields fields) => ReadName(fields) with { PublicKey = null };

    internal static RotatedKey ReadNew(JsonFields fields) => ReadName(fields) with { PublicKey = fields.Text("publicKey") };

    internal JsonValue ToJson() => JsonValue.Object(
    [
        Kid is null ? ("vkey", JsonValue.Of(Vkey)) : ("kid", JsonValue.Of(Kid)),
        .. PublicKey is null ? Array.Empty<(string, JsonValue)>() : [("publicKey", JsonValue.Of(PublicKey))],
    ]);

    private static RotatedKey ReadName(JsonFields fields) => fields.Has("vkey") ? new(null, fields.Text("vkey"), null) : new(fields.Text("kid"), null, null);
}
