using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Permits;

/// <summary>The profiles of permits and of proofs of possession.</summary>
public static class PermitProfiles
{
    /// <summary>An execution permit: header exactly <c>alg kid typ</c>, at most 4,096 bytes and 30 s, no skew.</summary>
    public static JwsProfile Permit { get; } = new()
    {
        Types = [TokenTypes.Permit],
        Role = KeyRole.Permit,
        BytesMax = PermitClaims.BytesMax,
        LifeMax = PermitClaims.LifeMax,
        TimeReason = DenyReason.PermitExpired,
        Claims =
        [
            new("v", ClaimKind.Integer, Required: false), new("iss", ClaimKind.Text), new("aud", ClaimKind.Text), new("iat", ClaimKind.Time), new("nbf", ClaimKind.Time), new("exp", ClaimKind.Time),
            new("jti", ClaimKind.Text), new("sub", ClaimKind.Text), new("client_id", ClaimKind.Text), new("act", ClaimKind.Object, Required: false), new("cnf", ClaimKind.Object),
            new("use", ClaimKind.Text), new("ep", ClaimKind.Object, Required: false), new("authorization_details", ClaimKind.Array), new("txn", ClaimKind.Text), new("exe", ClaimKind.Text),
            new("pex", ClaimKind.Text, Required: false), new("req_wl", ClaimKind.Text), new("dlg", ClaimKind.Object, Required: false), new("pol", ClaimKind.Object), new("led", ClaimKind.Object),
            new("obl", ClaimKind.Array, Required: false), new("lease", ClaimKind.Object, Required: false),
        ],
    };

    /// <summary>A DPoP proof (RFC 9449) for a permit: header exactly <c>alg jwk typ</c>, made at most 10 s ago and 2 s ahead.</summary>
    public static JwsProfile Dpop { get; } = new()
    {
        Types = [TokenTypes.Dpop],
        Header = ["alg", "jwk", "typ"],
        Role = KeyRole.Instance,
        BytesMax = 4096,
        AgeMax = 10,
        Claims = [new("htm", ClaimKind.Text), new("htu", ClaimKind.Text), new("iat", ClaimKind.Time), new("jti", ClaimKind.Text), new("ath", ClaimKind.Text)],
    };
}
