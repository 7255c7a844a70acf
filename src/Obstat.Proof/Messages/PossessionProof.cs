using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>What a local process signs with its enrolled key to get a run token. At most 60 s old; the nonce is good once.</summary>
/// <param name="Aud">From the <see cref="NonceAnswer"/>.</param>
/// <param name="Nonce">From the <see cref="NonceAnswer"/>.</param>
/// <param name="Uid">The user id of the process; the plane compares it with the peer of the socket.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Jti">128 random bits.</param>
public sealed record PossessionProof(string Aud, string Nonce, long Uid, long IssuedAt, string Jti)
{
    /// <summary>Signs with the enrolled key.</summary>
    public string Sign(SigningKey identity) => identity.SignProof(TokenTypes.Possession, JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("aud", JsonValue.Of(Aud)), ("nonce", JsonValue.Of(Nonce)), ("uid", JsonValue.Of(Uid)), ("iat", JsonValue.Of(IssuedAt)), ("jti", JsonValue.Of(Jti))));

    /// <summary>Verifies form, signature under the key in the header, and age. Whether the key is enrolled, and the nonce given out, is the plane's to judge.</summary>
    public static bool TryVerify(string compact, long now, [NotNullWhen(true)] out PossessionProof? proof, [NotNullWhen(true)] out JwsKey? identity, out Refusal refusal)
    {
        (proof, identity) = (null, null);
        if (!StrictJws.TryVerify(compact, TokenProfiles.Possession, JwsKeySet.Empty, now, out var jws, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(jws.Claims);
        _ = fields.Integer("v", PlaneMessage.Version, PlaneMessage.Version);
        var read = new PossessionProof(fields.Text("aud", 512), fields.Random128("nonce"), fields.Integer("uid", 0, uint.MaxValue), fields.Integer("iat"), fields.Random128("jti"));
        if (!fields.Complete())
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
            return false;
        }

        (proof, identity) = (read, jws.Key);
        return true;
    }
}
