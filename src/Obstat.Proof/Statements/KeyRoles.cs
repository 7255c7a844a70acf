namespace Obstat.Proof.Statements;

/// <summary>Roles of keys. One key, one role.</summary>
public static class KeyRoles
{
    /// <summary>Signs the sets of working keys.</summary>
    public const string Root = "root";

    /// <summary>Signs the plane's statements.</summary>
    public const string Statement = "statement";

    /// <summary>Signs permits.</summary>
    public const string Permit = "permit";

    /// <summary>Signs leases.</summary>
    public const string Lease = "lease";

    /// <summary>Signs delegations.</summary>
    public const string Delegation = "delegation";

    /// <summary>Signs approvals.</summary>
    public const string Approval = "approval";

    /// <summary>Signs run tokens.</summary>
    public const string Run = "run";

    /// <summary>Signs heads of the log (Ed25519).</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>An enforcement point's key of one boot: signs outcomes and coverage.</summary>
    public const string Report = "report";

    /// <summary>The roles that a key set may hold.</summary>
    internal static string[] Working { get; } = [Permit, Lease, Delegation, Statement, Approval, Run];
}
