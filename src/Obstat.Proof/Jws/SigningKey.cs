using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Jws;

/// <summary>A P-256 private key with its one role. Safe for concurrent use. Whoever holds it can sign whatever its role signs.</summary>
public sealed class SigningKey
{
    private readonly KeyHandles<ECDsa> _handles;
    private readonly ECParameters _parameters;

    private SigningKey(ECParameters parameters, JwsKey key)
        => (_parameters, Public, _handles) = (parameters, key, new KeyHandles<ECDsa>(() => ECDsa.Create(parameters)));

    /// <summary>The public half, with role and kid.</summary>
    public JwsKey Public { get; }

    /// <summary>RFC 7638 thumbprint of the public half: the kid.</summary>
    public string Kid => Public.Kid;

    /// <summary>A new random key.</summary>
    public static SigningKey Create(KeyRole role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key, role)!;
    }

    /// <summary>Reads a PKCS#8 PEM of a P-256 key; anything else refuses.</summary>
    public static bool TryFromPem(ReadOnlySpan<char> pem, KeyRole role, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;
        try
        {
            using var read = ECDsa.Create();
            read.ImportFromPem(pem);
            key = read.KeySize == 256 ? Of(read, role) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }

        return key is not null;
    }

    /// <summary>The private key as PKCS#8 PEM, for a file that only its owner reads.</summary>
    public string ToPem()
    {
        using var key = ECDsa.Create(_parameters);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>The same key as a signer of statements.</summary>
    public StatementSigner ToStatementSigner() => new(ECDsa.Create(_parameters));

    /// <summary>64 bytes r||s: the form of JWS.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var handle = _handles.Rent();
        try
        {
            return handle.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            _handles.Return(handle);
        }
    }

    /// <summary>A compact JWS with header exactly <c>alg kid typ</c> and the canonical payload.</summary>
    public string SignCompact(string typ, JsonValue payload)
        => Compact(JsonValue.Object(("alg", JsonValue.Of("ES256")), ("kid", JsonValue.Of(Kid)), ("typ", JsonValue.Of(typ))), payload);

    /// <summary>A compact JWS with header exactly <c>alg jwk typ</c>: proofs, whose verifier learns the key from them.</summary>
    public string SignProof(string typ, JsonValue payload)
        => Compact(JsonValue.Object(("alg", JsonValue.Of("ES256")), ("jwk", Public.Jwk), ("typ", JsonValue.Of(typ))), payload);

    private string Compact(JsonValue header, JsonValue payload)
    {
        var signed = Base64Url.Encode(header.ToCanonicalBytes()) + "." + Base64Url.Encode(payload.ToCanonicalBytes());
        return signed + "." + Base64Url.Encode(Sign(Encoding.ASCII.GetBytes(signed)));
    }

    private static SigningKey? Of(ECDsa key, KeyRole role)
        => key.ExportParameters(true) is { D: not null } parameters && parameters.Curve.Oid.Value == "1.2.840.10045.3.1.7" && JwsKey.TryImport(JwsKey.ToJwk(key), role, out var half, out _)
            ? new(parameters, half)
            : null;
}
