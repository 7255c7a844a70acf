namespace Obstat.Proof.Jws;

/// <summary>The <c>typ</c> of each token of ours: one place, so that no token can be taken for another.</summary>
public static class TokenTypes
{
    /// <summary>An execution permit.</summary>
    public const string Permit = "execution-permit+jwt";

    /// <summary>A set of the plane's working keys, signed by its root.</summary>
    public const string KeySet = "execution-keys+jwt";

    /// <summary>A run token: the identity of a local process.</summary>
    public const string Run = "execution-run+jwt";

    /// <summary>A proof that a local process holds an enrolled key.</summary>
    public const string Possession = "execution-possession+jwt";

    /// <summary>The registration of an enforcement point.</summary>
    public const string Point = "execution-point+jwt";

    /// <summary>An access token (RFC 9068), also in the long form of its media type.</summary>
    public const string AccessToken = "at+jwt";

    /// <summary>A DPoP proof (RFC 9449).</summary>
    public const string Dpop = "dpop+jwt";
}
