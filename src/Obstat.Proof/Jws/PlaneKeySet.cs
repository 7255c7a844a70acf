using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>
/// The plane's working keys, signed by its root (<c>typ execution-keys+jwt</c>). The header carries the root key; a point believes it only if its thumbprint
/// is the one that it pinned at enrolment, and only with the head key that it pinned.
/// </summary>
/// <param name="Iss">The plane: the issuer of its permits.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Expires">Seconds since 1970; a set past it is stale.</param>
/// <param name="Head">vkey of the ledger's heads.</param>
/// <param name="Keys">At most 16, each once.</param>
public sealed record PlaneKeySet(string Iss, long IssuedAt, long Expires, string Head, ImmutableArray<KeySetMember> Keys)
{
    /// <summary>Keys of a set at most.</summary>
    public const int KeysMax = 16;

    /// <summary>Signs with the root key.</summary>
    public string Sign(SigningKey root) => root.SignProof(TokenTypes.KeySet, JsonValue.Object(
        ("v", JsonValue.Of(1)), ("iss", JsonValue.Of(Iss)), ("iat", JsonValue.Of(IssuedAt)), ("exp", JsonValue.Of(Expires)), ("head", JsonValue.Of(Head)),
        ("keys", JsonValue.Array(Keys.Select(k => k.Key.Jwk
            .With("alg", JsonValue.Of(k.Key.Algorithm.ToString())).With("kid", JsonValue.Of(k.Key.Kid)).With("execution_role", JsonValue.Of(k.Key.Role.ToWord()))
            .With("nbf", JsonValue.Of(k.NotBefore)).With("exp", JsonValue.Of(k.Expires)))))));

    /// <summary>The keys of one role that are in their time.</summary>
    /// <param name="role">The role.</param>
    /// <param name="now">Seconds since 1970.</param>
    public JwsKeySet Of(KeyRole role, long now) => JwsKeySet.Of(Keys.Where(k => k.Key.Role == role && k.NotBefore <= now + 2 && now < k.Expires).Select(k => k.Key));

    /// <summary>Verifies a set under the pinned root and head.</summary>
    /// <param name="compact">The token.</param>
    /// <param name="root">The pinned thumbprint of the root key; the key itself stands in the header.</param>
    /// <param name="head">The pinned vkey; a set that names another refuses.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="set">The set, or null.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(string compact, string root, string head, long now, [NotNullWhen(true)] out PlaneKeySet? set, out Refusal refusal)
    {
        set = null;
        if (!StrictJws.TryVerify(compact, TokenProfiles.KeySet, JwsKeySet.Empty, now, out var jws, out refusal))
        {
            return false;
        }

        if (jws.Key.Thumbprint != root)
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, "key set of another root");
            return false;
        }

        var fields = new JsonFields(jws.Claims);
        _ = (fields.Integer("v", 1, 1), fields.OneOf("head", head));
        var read = new PlaneKeySet(fields.String("iss", 512), fields.Integer("iat"), fields.Integer("exp"), head, ReadKeys(fields));
        if (fields.Error is null && read.Keys.DistinctBy(k => k.Key.Kid).Count() != read.Keys.Length)
        {
            fields.Refuse("keys", "each key once");
        }

        if (!fields.Complete())
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
            return false;
        }

        set = read;
        return true;
    }

    private static ImmutableArray<KeySetMember> ReadKeys(JsonFields fields)
    {
        var keys = ImmutableArray.CreateBuilder<KeySetMember>();
        foreach (var item in fields.Array("keys", KeysMax))
        {
            var jwk = new JsonFields(item, "/keys");
            _ = (jwk.OneOf("alg", "ES256"), jwk.OneOf("kty", "EC"), jwk.OneOf("crv", "P-256"), jwk.String("x", 43), jwk.String("y", 43));
            var kid = jwk.String("kid", 43);
            // The roles of working keys: a set cannot make a root, a point or a person.
            _ = KeyRoleWords.TryParse(jwk.OneOf("execution_role", "permit", "lease", "delegation", "statement", "approval", "run"), out var role);
            var (notBefore, expires) = (jwk.Integer("nbf"), jwk.Integer("exp"));
            if (!jwk.Complete() || !JwsKey.TryImportEc(item, kid, JwsAlgorithm.ES256, role, out var key, out _) || key.Thumbprint != kid)
            {
                fields.Refuse("keys", "public P-256 keys with their thumbprints, roles and times");
                break;
            }

            keys.Add(new KeySetMember(key, notBefore, expires));
        }

        return keys.ToImmutable();
    }
}
