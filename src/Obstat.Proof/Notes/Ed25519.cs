using NSec.Cryptography;

namespace Obstat.Proof.Notes;

/// <summary>
/// Ed25519 (RFC 8032) by libsodium, for every verdict of ours: libraries differ on crafted keys and signatures, so there is one. It refuses small-order and non-canonical points.
/// </summary>
internal static class Ed25519
{
    public const int KeyLength = 32;
    public const int SignatureLength = 64;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;

    /// <summary>Whether the bytes are a public key that this library takes.</summary>
    public static bool TryImport(ReadOnlySpan<byte> publicKey, out PublicKey? key)
    {
        key = null;
        return publicKey.Length == KeyLength && PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out key);
    }

    public static bool Verifies(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => signature.Length == SignatureLength && Algorithm.Verify(key, message, signature);
}
