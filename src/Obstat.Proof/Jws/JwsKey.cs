using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Jws;

/// <summary>
/// A public key with its one algorithm and its one role. Made only from parameters that were checked: P-256 and P-384 points lie on their curve,
/// RSA has 2,048 to 4,096 bits and e = 65537. Safe for concurrent use.
/// </summary>
public sealed class JwsKey
{
    private readonly KeyHandles<ECDsa>? _ec;
    private readonly KeyHandles<RSA>? _rsa;

    private JwsKey(string? kid, JwsAlgorithm algorithm, KeyRole role, JsonValue jwk, byte[] spki, KeyHandles<ECDsa>? ec, KeyHandles<RSA>? rsa)
    {
        (Algorithm, Role, Jwk, SubjectPublicKeyInfo, _ec, _rsa) = (algorithm, role, jwk, spki, ec, rsa);
        ThumbprintDigest = Digest.Of(jwk);
        Thumbprint = ThumbprintDigest.ToBase64Url();
        Kid = kid ?? Thumbprint;
    }

    /// <summary>The name under which tokens cite this key: the thumbprint for our own keys, the issuer's choice for others'.</summary>
    public string Kid { get; }

    /// <summary>The only algorithm this key verifies.</summary>
    public JwsAlgorithm Algorithm { get; }

    /// <summary>The only role this key has.</summary>
    public KeyRole Role { get; }

    /// <summary>The public members alone, as RFC 7638 takes them: <c>crv kty x y</c> or <c>e kty n</c>.</summary>
    public JsonValue Jwk { get; }

    /// <summary>RFC 7638 thumbprint with SHA-256, base64url.</summary>
    public string Thumbprint { get; }

    /// <summary>The same thumbprint as a digest.</summary>
    public Digest ThumbprintDigest { get; }

    /// <summary>DER of the SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>Bytes of a signature in JWS form.</summary>
    public int SignatureLength => Algorithm switch
    {
        JwsAlgorithm.ES256 => 64,
        JwsAlgorithm.ES384 => 96,
        _ => RsaLength,
    };

    private int RsaLength { get; init; }

    /// <summary>Whether the signature in JWS form (raw r||s, never DER) is this key's over the data.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => signature.Length == SignatureLength && Algorithm switch
    {
        JwsAlgorithm.ES256 => VerifyEc(data, signature, HashAlgorithmName.SHA256),
        JwsAlgorithm.ES384 => VerifyEc(data, signature, HashAlgorithmName.SHA384),
        JwsAlgorithm.RS256 => VerifyRsa(data, signature, RSASignaturePadding.Pkcs1),
        JwsAlgorithm.PS256 => VerifyRsa(data, signature, RSASignaturePadding.Pss),
        _ => false,
    };

    /// <summary>
    /// Imports a bare public P-256 key: exactly <c>crv kty x y</c>, so no private or unknown member. The form of proofs, registrations and enrolled keys.
    /// </summary>
    public static bool TryImport(JsonValue jwk, KeyRole role, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        var fields = new JsonFields(jwk, "/jwk");
        _ = fields.OneOf("kty", "EC");
        _ = fields.OneOf("crv", "P-256");
        _ = fields.String("x", 43);
        _ = fields.String("y", 43);
        if (!fields.Complete())
        {
            error = fields.Error.ToString()!;
            return false;
        }

        return TryImportEc(jwk, null, JwsAlgorithm.ES256, role, out key, out error);
    }

    /// <summary>Imports the key of a certificate or file: DER of a SubjectPublicKeyInfo of P-256.</summary>
    public static bool TryImportSpki(ReadOnlySpan<byte> spki, KeyRole role, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        try
        {
            using var ec = ECDsa.Create();
            ec.ImportSubjectPublicKeyInfo(spki, out var read);
            if (read == spki.Length && ec.KeySize == 256 && TryImport(ToJwk(ec), role, out key, out error) && key.SubjectPublicKeyInfo.Span.SequenceEqual(spki))
            {
                return true;
            }
        }
        catch (CryptographicException)
        {
            // Said below: the bytes are no such key.
        }

        (key, error) = (null, "expected a P-256 SubjectPublicKeyInfo");
        return false;
    }

    internal static JsonValue ToJwk(ECDsa key)
    {
        var parameters = key.ExportParameters(false);
        return JsonValue.Object(("crv", JsonValue.Of("P-256")), ("kty", JsonValue.Of("EC")),
            ("x", JsonValue.Of(Base64Url.Encode(parameters.Q.X!))), ("y", JsonValue.Of(Base64Url.Encode(parameters.Q.Y!))));
    }

    /// <summary>Imports EC parameters; members beside <c>crv kty x y</c> are the caller's to judge.</summary>
    internal static bool TryImportEc(JsonValue jwk, string? kid, JwsAlgorithm algorithm, KeyRole role, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? error)
    {
        (key, error) = (null, null);
        var (curve, name, length) = algorithm switch
        {
            JwsAlgorithm.ES256 => (ECCurve.NamedCurves.nistP256, "P-256", 32),
            JwsAlgorithm.ES384 => (ECCurve.NamedCurves.nistP384, "P-384", 48),
            _ => (default, "", 0),
        };
        if (length == 0 || jwk["kty"]?.AsString != "EC" || jwk["crv"]?.AsString != name
            || !Base64Url.TryDecode(jwk["x"]?.AsString ?? "", out var x) || x.Length != length || !Base64Url.TryDecode(jwk["y"]?.AsString ?? "", out var y) || y.Length != length)
        {
            error = "expected an EC key of the curve of its algorithm with full-length coordinates";
            return false;
        }

        var parameters = new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } };
        try
        {
            using var checkedPoint = ECDsa.Create(parameters);
            var bare = JsonValue.Object(("crv", JsonValue.Of(name)), ("kty", JsonValue.Of("EC")), ("x", jwk["x"]!), ("y", jwk["y"]!));
            key = new JwsKey(kid, algorithm, role, bare, checkedPoint.ExportSubjectPublicKeyInfo(), new KeyHandles<ECDsa>(() => ECDsa.Create(parameters)), null);
            return true;
        }
        catch (CryptographicException)
        {
            error = "expected a point on the curve";
            return false;
        }
    }

    /// <summary>Imports RSA parameters; members beside <c>e kty n</c> are the caller's to judge.</summary>
    internal static bool TryImportRsa(JsonValue jwk, string? kid, JwsAlgorithm algorithm, KeyRole role, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? error)
    {
        (key, error) = (null, null);
        if (algorithm is not (JwsAlgorithm.RS256 or JwsAlgorithm.PS256) || jwk["kty"]?.AsString != "RSA" || jwk["e"]?.AsString != "AQAB"
            || !Base64Url.TryDecode(jwk["n"]?.AsString ?? "", out var n) || n.Length is < 256 or > 512 || n[0] < 0x80 || (n[^1] & 1) == 0 || RocaFingerprint.Matches(n))
        {
            error = "expected an RSA key of 2,048 to 4,096 bits with e = 65537";
            return false;
        }

        var parameters = new RSAParameters { Modulus = n, Exponent = [1, 0, 1] };
        try
        {
            using var checkedKey = RSA.Create(parameters);
            var bare = JsonValue.Object(("e", jwk["e"]!), ("kty", JsonValue.Of("RSA")), ("n", jwk["n"]!));
            key = new JwsKey(kid, algorithm, role, bare, checkedKey.ExportSubjectPublicKeyInfo(), null, new KeyHandles<RSA>(() => RSA.Create(parameters))) { RsaLength = n.Length };
            return true;
        }
        catch (CryptographicException)
        {
            error = "expected an RSA public key";
            return false;
        }
    }

    private bool VerifyEc(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        var handle = _ec!.Rent();
        try
        {
            return handle.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            _ec.Return(handle);
        }
    }

    private bool VerifyRsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, RSASignaturePadding padding)
    {
        var handle = _rsa!.Rent();
        try
        {
            return handle.VerifyData(data, signature, HashAlgorithmName.SHA256, padding);
        }
        finally
        {
            _rsa.Return(handle);
        }
    }
}
