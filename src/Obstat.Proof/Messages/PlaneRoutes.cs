namespace Obstat.Proof.Messages;

/// <summary>The paths of the plane's API. All are POST; an answer with a decision is 200, allow and deny alike.</summary>
public static class PlaneRoutes
{
    /// <summary>Registers an enforcement point.</summary>
    public const string Points = "/v1/points";

    /// <summary>Asks for one decision.</summary>
    public const string Asks = "/v1/asks";

    /// <summary>Reports an outcome: the body is the DSSE envelope of its statement.</summary>
    public const string Outcomes = "/v1/outcomes";

    /// <summary>Reports requests that were refused before they were asked.</summary>
    public const string Refusals = "/v1/refusals";

    /// <summary>Gives a nonce to a local process.</summary>
    public const string IdentityNonce = "/v1/identity/nonce";

    /// <summary>Gives a run token for a proof of possession.</summary>
    public const string IdentityRunToken = "/v1/identity/run-token";
}
