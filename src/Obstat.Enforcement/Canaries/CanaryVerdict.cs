using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Canaries;

/// <summary>What the code of a refused forbidden probe shows.</summary>
internal static class CanaryVerdict
{
    /// <summary>Everything is refused now: by a law that is missing, or by an order. Recorded, that proves that the point is shut, too.</summary>
    public static bool IsShutAltogether(DenyReason reason) => reason is DenyReason.PolicyMissing or DenyReason.PolicyInvalid or DenyReason.Halted or DenyReason.Revoked;

    /// <summary>Nobody could judge, or nobody was asked: that proves nothing, in neither direction.</summary>
    public static bool IsStandstill(DenyReason reason) => IsShutAltogether(reason)
        || reason is DenyReason.PlaneUnavailable or DenyReason.LedgerUnavailable or DenyReason.Late or DenyReason.Fault or DenyReason.ClockUntrusted or DenyReason.TrustStale
            or DenyReason.IdentityUnverifiable or DenyReason.PossessionUnproven;
}
