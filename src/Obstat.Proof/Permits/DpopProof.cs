using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Permits;

/// <summary>A verified proof that the presenter of a token holds its key (RFC 9449). Good once: whoever accepts it remembers <see cref="Key"/> and <see cref="Jti"/> for 15 s.</summary>
public sealed class DpopProof
{
    private DpopProof(string jti, JwsKey key) => (Jti, Key) = (jti, key);

    /// <summary>Id of the proof.</summary>
    public string Jti { get; }

    /// <summary>The key that made it.</summary>
    public JwsKey Key { get; }

    /// <summary>Makes a proof.</summary>
    /// <param name="holder">The key that the token is bound to.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="target">Target URI without query and fragment, canonical.</param>
    /// <param name="token">The token it goes with.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="jti">128 random bits.</param>
    public static string Make(SigningKey holder, string method, string target, string token, long now, string jti) => holder.SignProof(TokenTypes.Dpop, JsonValue.Object(
        ("htm", JsonValue.Of(method)), ("htu", JsonValue.Of(target)), ("iat", JsonValue.Of(now)), ("jti", JsonValue.Of(jti)), ("ath", JsonValue.Of(HashOf(token)))));

    /// <summary>Verifies a proof; whatever is wrong refuses with <see cref="DenyReason.PossessionUnproven"/>.</summary>
    /// <param name="compact">The proof as it came; null where none came.</param>
    /// <param name="thumbprint">Thumbprint that the token is bound to.</param>
    /// <param name="method">HTTP method of the request.</param>
    /// <param name="target">Its target URI without query, canonical.</param>
    /// <param name="token">The token it goes with.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="proof">The proof, or null.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(string? compact, Digest thumbprint, string method, string target, string token, long now, [NotNullWhen(true)] out DpopProof? proof, out Refusal refusal)
    {
        proof = null;
        if (compact is null)
        {
            refusal = new Refusal(DenyReason.PossessionUnproven, "no proof");
            return false;
        }

        if (!StrictJws.TryVerify(compact, PermitProfiles.Dpop, JwsKeySet.Empty, now, out var jws, out var wrong))
        {
            refusal = new Refusal(DenyReason.PossessionUnproven, wrong.Detail);
            return false;
        }

        var detail = jws.Key.ThumbprintDigest != thumbprint ? "another key"
            : jws.Claims["htm"]!.AsString != method ? "another method"
            : jws.Claims["htu"]!.AsString != target ? "another target"
            : jws.Claims["ath"]!.AsString != HashOf(token) ? "another token"
            : null;
        refusal = new Refusal(DenyReason.PossessionUnproven, detail ?? "");
        proof = detail is null ? new DpopProof(jws.Claims["jti"]!.AsString!, jws.Key) : null;
        return proof is not null;
    }

    private static string HashOf(string token) => Digest.Of(Encoding.ASCII.GetBytes(token)).ToBase64Url();
}
