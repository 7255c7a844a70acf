using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>What an access token (RFC 9068) says, after its signature, time, issuer and audience were verified.</summary>
public sealed class AccessTokenClaims
{
    private AccessTokenClaims(JsonValue claims, string? jkt)
        => (Claims, Confirmation, Iss, Sub, ClientId, Jti, Expires) = (claims, jkt, claims["iss"]!.AsString!, claims["sub"]!.AsString!, claims["client_id"]!.AsString!, claims["jti"]!.AsString!, claims["exp"]!.AsInteger!.Value);

    /// <summary>All claims.</summary>
    public JsonValue Claims { get; }

    /// <summary>The issuer.</summary>
    public string Iss { get; }

    /// <summary>The user, at the issuer.</summary>
    public string Sub { get; }

    /// <summary>The agent.</summary>
    public string ClientId { get; }

    /// <summary>Id of the token.</summary>
    public string Jti { get; }

    /// <summary>Seconds since 1970.</summary>
    public long Expires { get; }

    /// <summary>Thumbprint of the key whose possession <b>must</b> be proven; null for a bearer token.</summary>
    public string? Confirmation { get; }

    /// <summary>Verifies a token of one issuer for one audience.</summary>
    /// <param name="compact">The token.</param>
    /// <param name="profile"><see cref="TokenProfiles.ForeignAccessToken"/> or <see cref="TokenProfiles.OwnAccessToken"/>.</param>
    /// <param name="keys">The issuer's pinned keys.</param>
    /// <param name="issuer">Exact issuer.</param>
    /// <param name="audience">Exact resource URI, that must be among the token's audiences; the client's own id must not.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="token">The claims, or null.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(ReadOnlySpan<char> compact, JwsProfile profile, JwsKeySet keys, string issuer, string audience, long now, [NotNullWhen(true)] out AccessTokenClaims? token, out Refusal refusal)
    {
        token = null;
        if (!StrictJws.TryVerify(compact, profile, keys, now, out var jws, out refusal))
        {
            return false;
        }

        var claims = jws.Claims;
        ImmutableArray<string> audiences = claims["aud"]!.AsString is { } one ? [one] : [.. claims["aud"]!.Items.Select(i => i.AsString!)];
        var detail = claims["iss"]!.AsString != issuer ? "issuer of another configuration"
            : !audiences.Contains(audience) ? "audience of another resource"
            : audiences.Contains(claims["client_id"]!.AsString!) ? "a client id as audience: an ID token"
            : null;
        string? jkt = null;
        if (detail is null && claims["cnf"] is { } cnf && ((jkt = cnf["jkt"]?.AsString) is null || cnf.Members.Length != 1 || !Digest.TryParseBase64Url(jkt, out _)))
        {
            refusal = new Refusal(DenyReason.PossessionUnproven, "a confirmation that cannot be proven here");
            return false;
        }

        refusal = new Refusal(DenyReason.AssertionInvalid, detail ?? "");
        token = detail is null ? new AccessTokenClaims(claims, jkt) : null;
        return token is not null;
    }
}
