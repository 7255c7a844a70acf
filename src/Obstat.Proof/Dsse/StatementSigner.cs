using System.Security.Cryptography;
using Obstat.Proof.Jws;

namespace Obstat.Proof.Dsse;

/// <summary>An ECDSA P-256 private key that signs statements, DER as leaves and envelopes need it. Signatures are random: the same statement signed twice gives two leaves. Safe for concurrent use.</summary>
public sealed class StatementSigner : IDisposable
{
    private const int SignatureLengthMax = 72;

    private readonly KeyHandles<ECDsa> _handles;

    /// <param name="key">A key on P-256. Owned from here on.</param>
    public StatementSigner(ECDsa key)
    {
        PublicKey = P256PublicKey.Of(key);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        _handles = new KeyHandles<ECDsa>(() => ECDsa.Create(parameters));
        _handles.Return(key);
    }

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
        var handle = _handles.Rent();
        try
        {
            return handle.TrySignHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence, out var written)
                ? signature[..written].ToArray()
                : throw new CryptographicException("a P-256 signature is at most 72 bytes");
        }
        finally
        {
            _handles.Return(handle);
        }
    }

    /// <summary>Lets the handles go. Nothing is signed afterwards with those that were free.</summary>
    public void Dispose() => _handles.Dispose();
}
