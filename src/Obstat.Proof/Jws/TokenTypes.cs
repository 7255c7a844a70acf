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

    /// <summary>A lease, as it was opened.</summary>
    public const string Lease = "execution-lease+jwt";

    /// <summary>The answer to a beat: which leases go on, and for how long.</summary>
    public const string Beat = "execution-beat+jwt";

    /// <summary>An order to enforcement points: halt, stop, lift.</summary>
    public const string Order = "execution-order+jwt";

    /// <summary>An operator's word for one command to the plane.</summary>
    public const string Command = "execution-command+jwt";

    /// <summary>What an enforcement point enforces by, as it says itself.</summary>
    public const string Effective = "execution-effective+jwt";

    /// <summary>An access token (RFC 9068), also in the long form of its media type.</summary>
    public const string AccessToken = "at+jwt";

    /// <summary>A DPoP proof (RFC 9449).</summary>
    public const string Dpop = "dpop+jwt";
}
