namespace Obstat.Proof.Jws;

/// <summary>What a key may sign. One key, one role, one algorithm; zero signs nothing.</summary>
public enum KeyRole
{
    /// <summary>No role: no profile takes it.</summary>
    None = 0,

    /// <summary>Signs the plane's key sets.</summary>
    Root,

    /// <summary>Signs execution permits.</summary>
    Permit,

    /// <summary>Signs leases and orders.</summary>
    Lease,

    /// <summary>Signs roots of delegation.</summary>
    Delegation,

    /// <summary>Signs the plane's statements in the ledger.</summary>
    Statement,

    /// <summary>Signs approvals.</summary>
    Approval,

    /// <summary>Signs run tokens and the access tokens that the plane issues.</summary>
    Run,

    /// <summary>A person's: signs commands and tool pins.</summary>
    Operator,

    /// <summary>An enforcement point's own: signs its registration.</summary>
    Point,

    /// <summary>An enforcement point's, of one boot: signs outcomes.</summary>
    Report,

    /// <summary>An enforcement point's, of one boot: the holder of its permits.</summary>
    Instance,

    /// <summary>An agent's: signs proofs of possession.</summary>
    Identity,

    /// <summary>Another issuer's: signs access tokens.</summary>
    Issuer,
}
