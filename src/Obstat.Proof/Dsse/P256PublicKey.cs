using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;

namespace Obstat.Proof.Dsse;

/// <summary>
/// An ECDSA P-256 public key that verifies statements. One encoding only: SubjectPublicKeyInfo in DER with an uncompressed point (RFC 5480), 91 bytes.
/// Safe for concurrent use.
/// </summary>
public sealed class P256PublicKey : IEquatable<P256PublicKey>
{
    /// <summary>Bytes of the encoding.</summary>
    public const int SpkiLength = 91;

    private static readonly byte[] SpkiPrefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private const int TextLength = 124; // base64 of the encoding
    private const int ReadMax = 1024;
    private static readonly ConcurrentDictionary<string, P256PublicKey> Read = new(StringComparer.Ordinal);

    private readonly KeyHandles<ECDsa> _handles;
    private readonly byte[] _spki;

    private P256PublicKey(ECDsa key, ECParameters parameters, byte[] spki)
    {
        (_handles, _spki) = (new KeyHandles<ECDsa>(() => ECDsa.Create(parameters)), spki);
        _handles.Return(key);
        Kid = Digest.Of(JsonValue.Object(
            ("crv", JsonValue.Of("P-256")),
            ("kty", JsonValue.Of("EC")),
            ("x", JsonValue.Of(Base64Url.Encode(spki.AsSpan(27, 32)))),
            ("y", JsonValue.Of(Base64Url.Encode(spki.AsSpan(59, 32)))))).ToBase64Url();
    }

    /// <summary>Thumbprint of the key (RFC 7638), base64url: 43 characters.</summary>
    public string Kid { get; }

    /// <summary>The DER encoding.</summary>
    public ReadOnlyMemory<byte> Spki => _spki;

    /// <summary>Takes the DER encoding. Refuses other curves, other encodings, and a point that is not on the curve.</summary>
    public static bool TryFromSpki(ReadOnlySpan<byte> spki, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        if (spki.Length != SpkiLength || !spki.StartsWith(SpkiPrefix))
        {
            return false;
        }

        ECDsa? made = null;
        try
        {
            var parameters = new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = spki.Slice(27, 32).ToArray(), Y = spki.Slice(59, 32).ToArray() },
            };
            made = ECDsa.Create(parameters);
            key = new(made, parameters, spki.ToArray());
            return true;
        }
        catch (CryptographicException)
        {
            made?.Dispose();
            return false;
        }
    }

    /// <summary>Takes standard base64 of the DER encoding: the form of statements. Importing a key costs as much as a signature, and a log names few keys often, so those read are kept.</summary>
    public static bool TryFromBase64(string? text, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        if (text is null || Read.TryGetValue(text, out key))
        {
            return key is not null;
        }

        if (!Base64Exact.TryDecode(text, out var spki) || !TryFromSpki(spki, out key))
        {
            return false;
        }

        if (Read.Count >= ReadMax)
        {
            Read.Clear();
        }

        _ = Read.TryAdd(text, key);
        return true;
    }

    /// <summary>Takes the same text as ASCII.</summary>
    public static bool TryFromBase64(ReadOnlySpan<byte> text, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        Span<char> letters = stackalloc char[TextLength];
        return text.Length == TextLength && System.Text.Ascii.ToUtf16(text, letters, out _) == System.Buffers.OperationStatus.Done
            && (Read.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(letters, out key) || TryFromBase64(new string(letters), out key));
    }

    /// <summary>The public half of a key.</summary>
    public static P256PublicKey Of(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryFromSpki(key.ExportSubjectPublicKeyInfo(), out var made) ? made : throw new ArgumentException("expected a key on P-256", nameof(key));
    }

    /// <summary>Whether the signature (DER, as it was made) is this key's over a SHA-256 digest.</summary>
    public bool Verifies(in Digest digest, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        digest.CopyTo(hash);
        return IsDer(signature) && Verifies(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether the signature (r || s, 64 bytes: the form of JWS) is this key's over the data.</summary>
    public bool VerifiesRaw(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[Digest.Length];
        Digest.Of(data).CopyTo(hash);
        return signature.Length == 64 && Verifies(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Standard base64 of the DER encoding: the form of statements.</summary>
    public string ToBase64() => Convert.ToBase64String(_spki);

    /// <summary>PEM, for tools of others.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _spki) + "\n";

    /// <summary>
    /// Whether the bytes are a sequence of two positive integers, each in its shortest form, and nothing else (RFC 3279 §2.2.3 in DER).
    /// OpenSSL takes an integer whose leading zero is missing; then one signature would have two spellings.
    /// </summary>
    private static bool IsDer(ReadOnlySpan<byte> signature)
        => signature is [0x30, < 0x80, ..] && signature[1] == signature.Length - 2 && TryTakeInteger(signature[2..], out var s) && TryTakeInteger(s, out var rest) && rest.IsEmpty;

    private bool Verifies(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        var handle = _handles.Rent();
        var verifies = handle.VerifyHash(hash, signature, format);
        _handles.Return(handle);
        return verifies;
    }

    private static bool TryTakeInteger(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (from is not [0x02, >= 1 and <= 33, < 0x80, ..] || from.Length < 2 + from[1] || (from[2] == 0 && (from[1] == 1 || from[3] < 0x80)))
        {
            return false;
        }

        rest = from[(2 + from[1])..];
        return true;
    }

    public bool Equals(P256PublicKey? other) => other is not null && _spki.AsSpan().SequenceEqual(other._spki);

    public override bool Equals(object? obj) => Equals(obj as P256PublicKey);

    public override int GetHashCode() => Kid.GetHashCode(StringComparison.Ordinal);
}
