using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Leaves;

/// <summary>
/// What stands in the tree: digest, signature and key of one statement, and nothing of what it says (Rekor <c>hashedrekord</c> 0.0.2, canonical JSON).
/// The bytes have one spelling; every other refuses. The signature is kept as it was made: another encoding of it would be another leaf.
/// </summary>
public sealed class Leaf
{
    /// <summary>Largest leaf in bytes. With P-256 it is about 489.</summary>
    public const int BytesMax = 1_024;

    private const int SignatureLengthMax = 72; // two 33-byte integers with their heads

    private Leaf(Digest paeDigest, ReadOnlyMemory<byte> signature, P256PublicKey key, ReadOnlyMemory<byte> bytes)
        => (PaeDigest, Signature, Key, Bytes) = (paeDigest, signature, key, bytes);

    /// <summary>SHA-256 of the statement's pre-authentication encoding.</summary>
    public Digest PaeDigest { get; }

    /// <summary>The statement's signature, DER.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The key that the leaf claims. Whether it may sign this statement is another question.</summary>
    public P256PublicKey Key { get; }

    /// <summary>The leaf.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The leaf's hash in the tree.</summary>
    public Digest Hash => TreeHash.Leaf(Bytes.Span);

    /// <summary>Writes the leaf of a signed statement: one allocation.</summary>
    public static byte[] Write(in Digest paeDigest, ReadOnlySpan<byte> signature, P256PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> leaf = stackalloc byte[BytesMax];
        Span<byte> digest = stackalloc byte[Digest.Length];
        paeDigest.CopyTo(digest);
        var length = 0;
        Append(leaf, ref length, Before);
        AppendBase64(leaf, ref length, digest);
        Append(leaf, ref length, Middle);
        AppendBase64(leaf, ref length, signature);
        Append(leaf, ref length, Verifier);
        AppendBase64(leaf, ref length, key.Spki.Span);
        Append(leaf, ref length, After);
        return leaf[..length].ToArray();
    }

    /// <summary>Reads a leaf.</summary>
    /// <param name="bytes">The leaf; kept, not copied.</param>
    /// <param name="leaf">The leaf, or null.</param>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Leaf? leaf)
    {
        leaf = null;
        if (!TryParts(bytes.Span, out var digest, out var signature, out var keyText))
        {
            return false;
        }

        leaf = P256PublicKey.TryFromBase64(keyText, out var key) ? new Leaf(digest, signature, key, bytes) : null;
        return leaf is not null;
    }

    /// <summary>The statement's digest alone, for those who believe the head and need no key.</summary>
    public static bool TryReadDigest(ReadOnlySpan<byte> bytes, out Digest paeDigest) => TryParts(bytes, out paeDigest, out _, out _);

    /// <summary>Whether this is the leaf of that statement, signed by the key that it names.</summary>
    public bool Signs(ReadOnlySpan<byte> statement) => PaeDigest == Pae.Digest(statement) && Key.Verifies(PaeDigest, Signature.Span);

    private static ReadOnlySpan<byte> Before => "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":\"SHA2_256\",\"digest\":\""u8;

    private static ReadOnlySpan<byte> Middle => "\"},\"signature\":{\"content\":\""u8;

    private static ReadOnlySpan<byte> Verifier => "\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":{\"rawBytes\":\""u8;

    private static ReadOnlySpan<byte> After => "\"}}}}}}"u8;

    private static bool TryParts(ReadOnlySpan<byte> bytes, out Digest digest, out byte[] signature, out ReadOnlySpan<byte> keyText)
    {
        (digest, signature) = (default, []);
        keyText = default;
        var rest = bytes.Length <= BytesMax ? bytes : [];
        Span<byte> digestBytes = stackalloc byte[Digest.Length];
        Span<byte> signatureBytes = stackalloc byte[SignatureLengthMax];
        if (!TryTake(ref rest, Before, Middle, out var digestText)
            || !TryTake(ref rest, [], Verifier, out var signatureText)
            || !TryTake(ref rest, [], After, out keyText)
            || !rest.IsEmpty
            || Base64Exact.Decode(digestText, digestBytes) is not Digest.Length
            || Base64Exact.Decode(signatureText, signatureBytes) is not (>= 1 and var length))
        {
            return false;
        }

        _ = Digest.TryFromBytes(digestBytes, out digest);
        signature = signatureBytes[..length].ToArray();
        return true;
    }

    private static void Append(Span<byte> leaf, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(leaf[length..]);
        length += part.Length;
    }

    private static void AppendBase64(Span<byte> leaf, ref int length, ReadOnlySpan<byte> bytes)
    {
        _ = Base64.EncodeToUtf8(bytes, leaf[length..], out _, out var written);
        length += written;
    }

    /// <summary>Takes what stands between a head and the text that follows it.</summary>
    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> head, scoped ReadOnlySpan<byte> next, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        var end = rest.StartsWith(head) ? rest[head.Length..].IndexOf(next) : -1;
        if (end < 0)
        {
            return false;
        }

        taken = rest.Slice(head.Length, end);
        rest = rest[(head.Length + end + next.Length)..];
        return true;
    }
}
