namespace Obstat.Cli.Output;

/// <summary>How <c>obstat</c> ends. Documented and stable.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>check</c>: allowed.</summary>
    public const int Done = 0;

    /// <summary>Failed: a file, a socket, or a bug (then it says <c>Fault</c> and where the report is).</summary>
    public const int Failed = 1;

    /// <summary>Usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Denied.</summary>
    public const int Denied = 10;

    /// <summary>Evidence does not verify.</summary>
    public const int NotVerified = 12;

    /// <summary>Evidence is incomplete, or a check was not done.</summary>
    public const int Incomplete = 13;

    /// <summary>A policy set is invalid.</summary>
    public const int PolicyInvalid = 14;

    /// <summary>Something is not closed.</summary>
    public const int Open = 15;

    /// <summary>The control plane is away, so everything refuses.</summary>
    public const int PlaneAway = 20;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;
}
