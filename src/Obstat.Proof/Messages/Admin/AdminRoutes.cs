namespace Obstat.Proof.Messages.Admin;

/// <summary>
/// The paths of the plane's operator API, served on its own unix socket (0600; the peer's uid is the plane's own) and nowhere else. All are POST, bodies and answers are strict JSON
/// but the answer of <see cref="Export"/>, which is the bytes of a bundle. 200 when it was done, else a <see cref="AdminRefusal"/> with 4xx or 5xx.
/// </summary>
public static class AdminRoutes
{
    /// <summary><see cref="AdminRequest"/> to <see cref="StatusAnswer"/>.</summary>
    public const string Status = "/v1/status";

    /// <summary><see cref="AdminRequest"/> to <see cref="ActivateAnswer"/>: reads policies, pins, enrolled identities and issuers' keys again. A set that does not load changes nothing.</summary>
    public const string Activate = "/v1/policy/activate";

    /// <summary><see cref="AdminRequest"/> to <see cref="HaltsAnswer"/>.</summary>
    public const string Halts = "/v1/halts";

    /// <summary><see cref="StopRequest"/> to <see cref="StopAnswer"/>: acts whatever the ledger does.</summary>
    public const string Halt = "/v1/halt";

    /// <summary><see cref="StopRequest"/> to <see cref="StopAnswer"/>.</summary>
    public const string Revoke = "/v1/revoke";

    /// <summary><see cref="LiftRequest"/> to <see cref="LiftAnswer"/>: the second person's does it.</summary>
    public const string Lift = "/v1/lift";

    /// <summary><see cref="LiftRequest"/> with an order of kind <c>rearm</c> to <see cref="LiftAnswer"/>: one operator ends the halt of a point whose probe failed or that drifted; the point proves again that it is shut.</summary>
    public const string Rearm = "/v1/rearm";

    /// <summary><see cref="DrainRequest"/> to <see cref="DrainAnswer"/>.</summary>
    public const string Drain = "/v1/drain";

    /// <summary><see cref="BreakGlassRequest"/> to <see cref="BreakGlassAnswer"/>: the second person's does it.</summary>
    public const string BreakGlass = "/v1/break-glass";

    /// <summary><see cref="DecisionsRequest"/> to <see cref="DecisionsAnswer"/>.</summary>
    public const string Decisions = "/v1/decisions";

    /// <summary><see cref="EntryRequest"/> to <see cref="EntryShown"/>.</summary>
    public const string Entry = "/v1/entries";

    /// <summary><see cref="ExportRequest"/> to the bytes of a bundle, <c>application/zip</c>.</summary>
    public const string Export = "/v1/export";

    /// <summary><see cref="AccessTokenRequest"/> to <see cref="AccessTokenAnswer"/>.</summary>
    public const string AccessToken = "/v1/identity/access-token";

    /// <summary><see cref="ConsoleLinkRequest"/> to <see cref="ConsoleLinkAnswer"/>.</summary>
    public const string ConsoleLink = "/v1/console/link";
}
