using Obstat.Core.Requests;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

public sealed partial class Identified
{
    /// <summary>
    /// Judges the assertions of a request: a run token, an access token or a point's proof of its own probe, exactly one. What the message says about itself - names in the body, in arguments, in headers - is never identity.
    /// Pure; safe for concurrent use.
    /// </summary>
    public static class Verifier
    {
        /// <summary>Who makes the request, or why that cannot be said.</summary>
        /// <param name="request">What is asked.</param>
        /// <param name="snapshot">Whose word is taken, and who is revoked.</param>
        /// <param name="freshness">How old that trust is.</param>
        /// <param name="now">The plane's clock, UTC.</param>
        public static Identified Verify(ExecutionRequest request, Snapshot snapshot, Freshness freshness, DateTimeOffset now)
        {
            ArgumentNullException.ThrowIfNull(request);
            ArgumentNullException.ThrowIfNull(snapshot);
            return TryProve(request, snapshot, freshness, now, out var proven, out var refusal)
                ? new Identified(request, proven, default)
                : new Identified(request, null, refusal.Reason == DenyReason.Undecided ? new Refusal(DenyReason.IdentityUnverifiable, refusal.Detail ?? "") : refusal);
        }

        private static bool TryProve(ExecutionRequest request, Snapshot snapshot, Freshness freshness, DateTimeOffset now, out Proven? proven, out Refusal refusal)
        {
            proven = null;
            if (request.HasDelegation)
            {
                refusal = new Refusal(DenyReason.DelegationBroken, "no kind of delegation is known");
                return false;
            }

            if (request.Assertions.Length != 1)
            {
                refusal = new Refusal(DenyReason.IdentityUnverifiable, request.Assertions.IsEmpty ? "no assertion" : "more than one assertion");
                return false;
            }

            var assertion = request.Assertions[0];
            var stands = assertion.Kind switch
            {
                AssertionKinds.RunToken => RunTokens.TryProve(assertion, request, snapshot.Trust, now, out proven, out refusal),
                AssertionKinds.AccessToken => AccessTokens.TryProve(assertion, request, snapshot.Trust, freshness, now, out proven, out refusal),
                AssertionKinds.Canary => CanaryProofs.TryProve(assertion, request, snapshot.Trust, now, out proven, out refusal),
                _ => Unknown(out refusal),
            };
            if (stands && snapshot.Revocations.Holds(new Scope(ScopeKind.Principal, proven!.Principal.PermitSubject)))
            {
                refusal = new Refusal(DenyReason.Revoked, "the principal is revoked");
                return false;
            }

            return stands;
        }

        private static bool Unknown(out Refusal refusal)
        {
            refusal = new Refusal(DenyReason.IdentityUnverifiable, "an assertion of another kind");
            return false;
        }
    }
}
