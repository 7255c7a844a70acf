namespace Obstat.Proof.Messages;

/// <summary>The paths of the plane's API. All but <see cref="Orders"/> are POST; an answer with a decision is 200, allow and deny alike.</summary>
public static class PlaneRoutes
{
    /// <summary>Registers an enforcement point.</summary>
    public const string Points = "/v1/points";

    /// <summary>Asks how the log in force goes on from the one that a point pinned.</summary>
    public const string Continuation = "/v1/points/continuation";

    /// <summary>Asks for one decision.</summary>
    public const string Asks = "/v1/asks";

    /// <summary>Reports an outcome or coverage: the body is the DSSE envelope of its statement.</summary>
    public const string Outcomes = "/v1/outcomes";

    /// <summary>Reports several outcomes in one message.</summary>
    public const string OutcomesTogether = "/v1/outcomes/together";

    /// <summary>Reports requests that were refused before they were asked.</summary>
    public const string Refusals = "/v1/refusals";

    /// <summary>Opens a lease that a permit names.</summary>
    public const string Leases = "/v1/leases";

    /// <summary>Renews all leases of a point.</summary>
    public const string Beat = "/v1/leases/beat";

    /// <summary>Tells that a lease's execution has stopped.</summary>
    public const string CloseLease = "/v1/leases/close";

    /// <summary>GET, with <c>?after=N</c>: held open, one signed order a line.</summary>
    public const string Orders = "/v1/orders";

    /// <summary>Tells orders that the point took from an operator while the plane was away.</summary>
    public const string HeldOrders = "/v1/orders/held";

    /// <summary>Takes what a point enforces by, signed by the point; answered with what the plane published.</summary>
    public const string Effective = "/v1/effective";

    /// <summary>Tells that a probe had an effect, or was refused for a wrong reason: the point is halted.</summary>
    public const string CanaryFailed = "/v1/canary/failed";

    /// <summary>Gives a nonce to a local process.</summary>
    public const string IdentityNonce = "/v1/identity/nonce";

    /// <summary>Gives a run token for a proof of possession.</summary>
    public const string IdentityRunToken = "/v1/identity/run-token";
}
