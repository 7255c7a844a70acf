using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A sealed blob that a statement names.</summary>
/// <param name="Scope">Scope of its data key: 32 hex digits.</param>
/// <param name="Cipher">SHA-256 of the whole blob.</param>
/// <param name="Plain">SHA-256 of what is in it, salted.</param>
/// <param name="Size">Bytes of the blob.</param>
public sealed record SealedReference(string Role, string Scope, Digest Cipher, Digest Plain, long Size)
{
    internal static SealedReference Read(JsonFields fields) => new(
        fields.Text("role"),
        fields.Text("scope"),
        fields.Digest("cipher"),
        fields.Digest("plain"),
        fields.Integer("size"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("cipher", Cipher.ToJson()),
        ("plain", Plain.ToJson()),
        ("role", JsonValue.Of(Role)),
        ("scope", JsonValue.Of(Scope)),
        ("size", JsonValue.Of(Size)));
}
