using Obstat.Proof;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>How the presenter of a permit shows that he holds it.</summary>
public abstract class Possession
{
    private Possession()
    {
    }

    /// <summary>Holder and verifier are this process: the permit is bound to its instance key.</summary>
    /// <param name="thumbprint">Thumbprint of the instance key.</param>
    public static Possession OfThisProcess(Digest thumbprint) => new SameProcess(thumbprint);

    /// <summary>A DPoP proof beside the permit.</summary>
    /// <param name="proof">As it came; null where none came.</param>
    /// <param name="method">HTTP method of the request.</param>
    /// <param name="target">Its target URI without query, canonical.</param>
    public static Possession ByProof(string? proof, string method, string target) => new Proof(proof, method, target);

    /// <summary>The certificate of the TLS connection.</summary>
    /// <param name="certificate">SHA-256 of the presented leaf.</param>
    public static Possession ByCertificate(Digest certificate) => new Certificate(certificate);

    internal abstract Refusal? Check(Confirmation bound, string permit, long now, SingleUse proofs);

    private static Refusal Unproven(string detail) => new(DenyReason.PossessionUnproven, detail);

    private sealed class SameProcess(Digest thumbprint) : Possession
    {
        internal override Refusal? Check(Confirmation bound, string permit, long now, SingleUse proofs)
            => bound.Method == Confirmation.Key && bound.Value == thumbprint ? null : Unproven("bound to another holder");
    }

    private sealed class Certificate(Digest certificate) : Possession
    {
        internal override Refusal? Check(Confirmation bound, string permit, long now, SingleUse proofs)
            => bound.Method == Confirmation.Certificate && bound.Value == certificate ? null : Unproven("bound to another holder");
    }

    private sealed class Proof(string? proof, string method, string target) : Possession
    {
        private const long RememberedSeconds = 15;

        internal override Refusal? Check(Confirmation bound, string permit, long now, SingleUse proofs)
            => bound.Method != Confirmation.Key ? Unproven("bound to a certificate")
                : !DpopProof.TryVerify(proof, bound.Value, method, target, permit, now, out var verified, out var refusal) ? refusal
                : !proofs.TryConsume($"{verified.Key.Thumbprint}/{verified.Jti}", now + RememberedSeconds, now) ? Unproven("proof was used before")
                : null;
    }
}
