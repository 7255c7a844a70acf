namespace Obstat.Proof.Jws;

/// <summary>The profiles of all tokens but permits and their proofs.</summary>
public static class TokenProfiles
{
    /// <summary>Seconds that a key set may live: signing life of a day, and the longest life of what it signed.</summary>
    public const long KeySetLifeMax = 25 * 3600;

    /// <summary>Seconds that a run token or an access token of the plane may live.</summary>
    public const long IdentityLifeMax = 3600;

    /// <summary>A set of the plane's working keys, with the root key in its header.</summary>
    public static JwsProfile KeySet { get; } = new()
    {
        Types = [TokenTypes.KeySet],
        Header = ["alg", "jwk", "typ"],
        Role = KeyRole.Root,
        BytesMax = 16384,
        LifeMax = KeySetLifeMax,
        Claims = [new("v", ClaimKind.Integer), new("iss", ClaimKind.Text), new("iat", ClaimKind.Time), new("exp", ClaimKind.Time), new("head", ClaimKind.Text), new("keys", ClaimKind.Array)],
    };

    /// <summary>The identity of a local process (unix socket, stdio).</summary>
    public static JwsProfile Run { get; } = new()
    {
        Types = [TokenTypes.Run],
        Role = KeyRole.Run,
        LifeMax = IdentityLifeMax,
        Claims =
        [
            new("v", ClaimKind.Integer), new("iss", ClaimKind.Text), new("aud", ClaimKind.Text), new("sub", ClaimKind.Text), new("run", ClaimKind.TextOrNull), new("uid", ClaimKind.Integer),
            new("cg", ClaimKind.TextOrNull), new("boot", ClaimKind.Text), new("iat", ClaimKind.Time), new("exp", ClaimKind.Time), new("jti", ClaimKind.Text),
        ],
    };

    /// <summary>The proof that a local process sends to get a run token; at most 60 s old, signed by the key in its header.</summary>
    public static JwsProfile Possession { get; } = new()
    {
        Types = [TokenTypes.Possession],
        Header = ["alg", "jwk", "typ"],
        Role = KeyRole.Identity,
        AgeMax = 60,
        Claims = [new("v", ClaimKind.Integer), new("aud", ClaimKind.Text), new("nonce", ClaimKind.Text), new("uid", ClaimKind.Integer), new("iat", ClaimKind.Time), new("jti", ClaimKind.Text)],
    };

    /// <summary>The registration of an enforcement point; at most 60 s old, signed by the point key in its header, which the plane looks up or enrols by secret.</summary>
    public static JwsProfile Point { get; } = new()
    {
        Types = [TokenTypes.Point],
        Header = ["alg", "jwk", "typ"],
        Role = KeyRole.Point,
        BytesMax = 65536,
        AgeMax = 60,
        Claims =
        [
            new("v", ClaimKind.Integer), new("id", ClaimKind.Text), new("kind", ClaimKind.Text), new("boot", ClaimKind.Text), new("keys", ClaimKind.Object), new("build", ClaimKind.Text),
            new("config", ClaimKind.Text), new("formats", ClaimKind.Object), new("obligations", ClaimKind.Array), new("previous", ClaimKind.ObjectOrNull), new("open", ClaimKind.Array),
            new("secret", ClaimKind.TextOrNull), new("iat", ClaimKind.Time), new("jti", ClaimKind.Text),
        ],
    };

    /// <summary>An access token of a configured issuer (RFC 9068): 30 s of clock skew, claims of its own are ignored.</summary>
    public static JwsProfile ForeignAccessToken { get; } = AccessToken(KeyRole.Issuer) with
    {
        Header = ["alg", "typ", "kid"],
        Algorithms = [JwsAlgorithm.ES256, JwsAlgorithm.ES384, JwsAlgorithm.RS256, JwsAlgorithm.PS256],
        IgnoresUnknownClaims = true,
        LifeMax = 24 * 3600,
        SkewAllowed = 30,
    };

    /// <summary>An access token that the plane itself issued, in the same form: no skew, no other claim, at most an hour.</summary>
    public static JwsProfile OwnAccessToken { get; } = AccessToken(KeyRole.Run);

    /// <summary>The answer to an opened lease. Bound to the message it answers by boot and number, so it carries no life of its own.</summary>
    public static JwsProfile Lease { get; } = new()
    {
        Types = [TokenTypes.Lease],
        Role = KeyRole.Lease,
        Claims =
        [
            new("v", ClaimKind.Integer), new("boot", ClaimKind.Text), new("n", ClaimKind.Integer), new("id", ClaimKind.Text), new("epoch", ClaimKind.Integer), new("ttl_ms", ClaimKind.Integer),
            new("renew_ms", ClaimKind.Integer), new("hard_exp", ClaimKind.Time), new("grant", ClaimKind.Object),
        ],
    };

    /// <summary>The answer to a beat. Bound to the beat by boot, number and nonce.</summary>
    public static JwsProfile Beat { get; } = new()
    {
        Types = [TokenTypes.Beat],
        Role = KeyRole.Lease,
        BytesMax = 1 << 20,
        Claims =
        [
            new("v", ClaimKind.Integer), new("boot", ClaimKind.Text), new("n", ClaimKind.Integer), new("nonce", ClaimKind.Text), new("epoch", ClaimKind.Integer), new("wall_ms", ClaimKind.Integer),
            new("orders_head", ClaimKind.Integer), new("head", ClaimKind.ObjectOrNull), new("leases", ClaimKind.Array),
        ],
    };

    /// <summary>An order of the plane. Version 1 for ever: the oldest point must understand a halt.</summary>
    public static JwsProfile PlaneOrder { get; } = OrderBy(KeyRole.Lease);

    /// <summary>An order of a person whose key the point pinned.</summary>
    public static JwsProfile OperatorOrder { get; } = OrderBy(KeyRole.Operator);

    /// <summary>An operator's word for one command; at most 60 s old.</summary>
    public static JwsProfile Command { get; } = new()
    {
        Types = [TokenTypes.Command],
        Role = KeyRole.Operator,
        BytesMax = 4000,
        AgeMax = 60,
        Claims = [new("v", ClaimKind.Integer), new("verb", ClaimKind.Text), new("args", ClaimKind.Text), new("aud", ClaimKind.Text), new("iat", ClaimKind.Time), new("jti", ClaimKind.Text)],
    };

    /// <summary>What an enforcement point enforces by; at most 60 s old, signed by the report key of its boot.</summary>
    public static JwsProfile Effective { get; } = new()
    {
        Types = [TokenTypes.Effective],
        Role = KeyRole.Report,
        BytesMax = 16384,
        AgeMax = 60,
        Claims =
        [
            new("v", ClaimKind.Integer), new("point", ClaimKind.Text), new("boot", ClaimKind.Text), new("build", ClaimKind.Text), new("config", ClaimKind.Text), new("snapshot", ClaimKind.Text),
            new("epoch", ClaimKind.Integer), new("orders_head", ClaimKind.Integer), new("halts", ClaimKind.Array), new("proof", ClaimKind.Object), new("leases", ClaimKind.Integer),
            new("stop_us", ClaimKind.Object), new("iat", ClaimKind.Time),
        ],
    };

    private static JwsProfile OrderBy(KeyRole role) => new()
    {
        Types = [TokenTypes.Order],
        Role = role,
        BytesMax = 4000,
        AgeMax = 60,
        Claims =
        [
            new("v", ClaimKind.Integer), new("n", ClaimKind.Integer), new("kind", ClaimKind.Text), new("scope", ClaimKind.Object), new("reason", ClaimKind.Text), new("by", ClaimKind.Text),
            new("iat", ClaimKind.Time), new("id", ClaimKind.Text),
        ],
    };

    private static JwsProfile AccessToken(KeyRole role) => new()
    {
        Types = [TokenTypes.AccessToken, "application/" + TokenTypes.AccessToken],
        Role = role,
        LifeMax = IdentityLifeMax,
        Claims =
        [
            new("iss", ClaimKind.Text), new("aud", ClaimKind.Audience), new("sub", ClaimKind.Text), new("client_id", ClaimKind.Text), new("jti", ClaimKind.Text), new("iat", ClaimKind.Time),
            new("exp", ClaimKind.Time), new("nbf", ClaimKind.Time, Required: false), new("scope", ClaimKind.Text, Required: false), new("cnf", ClaimKind.Object, Required: false),
        ],
    };
}
