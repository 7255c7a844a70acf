using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A P-256 key with its role, as a statement announces it.</summary>
/// <param name="Kid">Thumbprint (RFC 7638).</param>
/// <param name="PublicKey">Base64 of the SubjectPublicKeyInfo.</param>
public sealed record StatementKey(string Kid, string PublicKey, string Role)
{
    /// <summary>Announces a key.</summary>
    public static StatementKey Of(P256PublicKey key, string role)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key.Kid, key.ToBase64(), role);
    }

    /// <summary>The key; refuses one whose thumbprint is another.</summary>
    public bool TryKey([NotNullWhen(true)] out P256PublicKey? key) => P256PublicKey.TryFromBase64(PublicKey, out key) && key.Kid == Kid;

    internal static StatementKey Read(JsonFields fields) => new(
        fields.Text("kid"),
        fields.Text("publicKey"),
        fields.Text("role"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("kid", JsonValue.Of(Kid)),
        ("publicKey", JsonValue.Of(PublicKey)),
        ("role", JsonValue.Of(Role)));
}
