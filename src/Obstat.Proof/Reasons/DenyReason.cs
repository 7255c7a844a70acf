namespace Obstat.Proof.Reasons;

/// <summary>
/// Why a request was refused. The names are the stable codes that stand in answers, in evidence and in <c>docs/reasons</c>.
/// Zero is "nobody decided", which refuses too and is never written.
/// </summary>
public enum DenyReason
{
    /// <summary>Nobody decided. No wire and no record carries it: whoever holds it refuses with <see cref="Fault"/>.</summary>
    Undecided = 0,

    /// <summary>No policy set is in force.</summary>
    PolicyMissing,

    /// <summary>The policy set in force fails validation.</summary>
    PolicyInvalid,

    /// <summary>No policy permits the action.</summary>
    NotPermitted,

    /// <summary>A policy forbids the action.</summary>
    Forbidden,

    /// <summary>A policy could not be evaluated.</summary>
    PolicyError,

    /// <summary>An entity that a policy may touch is absent.</summary>
    EntityMissing,

    /// <summary>A signature, digest, nonce or ledger receipt does not verify.</summary>
    AssertionInvalid,

    /// <summary>The presenter did not prove to hold the key that a token is bound to.</summary>
    PossessionUnproven,

    /// <summary>The permit is expired or not yet valid.</summary>
    PermitExpired,

    /// <summary>The permit was used before.</summary>
    PermitReplayed,

    /// <summary>The permit is for another action, audience, enforcement point or instance.</summary>
    PermitMismatch,

    /// <summary>The identity of the requester could not be verified.</summary>
    IdentityUnverifiable,

    /// <summary>Trust material is older than its limit.</summary>
    TrustStale,

    /// <summary>A delegation chain is broken, stale, spliced, too deep or of an unknown kind.</summary>
    DelegationBroken,

    /// <summary>An attestation chain is broken, or a tool is not what was approved.</summary>
    AttestationBroken,

    /// <summary>A budget is exhausted, or no bound can be named for what the action may use.</summary>
    BudgetExhausted,

    /// <summary>People must approve the action first.</summary>
    ApprovalRequired,

    /// <summary>The subject, key, delegation, tool or permit is revoked.</summary>
    Revoked,

    /// <summary>An operator stopped this scope.</summary>
    Halted,

    /// <summary>The control plane is silent, unreachable or answers what cannot be believed.</summary>
    PlaneUnavailable,

    /// <summary>The ledger cannot record, or contradicts itself.</summary>
    LedgerUnavailable,

    /// <summary>The clock cannot be relied on.</summary>
    ClockUntrusted,

    /// <summary>A deadline passed, or the request was shed under load.</summary>
    Late,

    /// <summary>Something unforeseen happened.</summary>
    Fault,

    /// <summary>The message is malformed, ambiguous or too large.</summary>
    Malformed,

    /// <summary>The message is of a kind that is not known.</summary>
    UnknownAction,
}
