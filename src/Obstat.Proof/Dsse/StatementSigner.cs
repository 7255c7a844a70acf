using System.Security.Cryptography;

namespace Obstat.Proof.Dsse;

/// <summary>An ECDSA P-256 private key that signs statements, DER as leaves and envelopes need it. Signatures are random: the same statement signed twice gives two leaves. Safe for concurrent use.</summary>
public sealed class StatementSigner : IDisposable
{
    private const int SignatureLengthMax = 72;

    private readonly ECDsa _key;

    /// <param name="key">A key on P-256. Owned from here on.</param>
    public StatementSigner(ECDsa key) => (_key, PublicKey) = (key, P256PublicKey.Of(key));

    /// <summary>The public half.</summary>
    public P256PublicKey PublicKey { get; }

    /// <summary>A new random key.</summary>
    public static StatementSigner Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Signs a payload: the signature is over its pre-authentication encoding.</summary>
    public byte[] Sign(ReadOnlySpan<byte> payload) => Sign(Pae.Digest(payload));

    /// <summary>Signs a digest that <see cref="Pae.Digest(ReadOnlySpan{byte})"/> made.</summary>
    public byte[] Sign(in Digest paeDigest)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        paeDigest.CopyTo(hash);
        Span<byte> signature = stackalloc byte[SignatureLengthMax];
        return _key.TrySignHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence, out var written)
            ? signature[..written].ToArray()
            : throw new CryptographicException("a P-256 signature is at most 72 bytes");
    }

    public void Dispose() => _key.Dispose();
}
