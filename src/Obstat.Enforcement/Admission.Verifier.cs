using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Enforcement.Leases;
using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

public sealed partial class Admission
{
    /// <summary>The verifier of permits of one boot of one point, and the only maker of admissions. Safe for concurrent use.</summary>
    public sealed class Verifier(IPointClock clock, ClockWatch watch, StopLatch latch, SingleUse permits, SingleUse proofs, PointStops stops, LeaseTable leases)
    {
        internal IPointClock Clock => clock;

        internal ClockWatch Watch => watch;

        internal StopLatch Latch => latch;

        internal PointStops Stops => stops;

        /// <summary>
        /// Verifies a permit against what will be forwarded. Each step needs what the step before made; the order decides which code is told.
        /// </summary>
        /// <param name="presented">Permit and receipt as they came.</param>
        /// <param name="action">The action, made from what will be forwarded.</param>
        /// <param name="audience">Whom a permit for it must be for.</param>
        /// <param name="holder">How the presenter shows that he holds it.</param>
        /// <param name="view">What the point knows.</param>
        /// <param name="admission">The admission, or null.</param>
        /// <param name="refusal">Why not.</param>
        /// <param name="kind">How the execution is stopped, where the permit gives a lease.</param>
        public bool TryAdmit(PresentedPermit presented, CanonicalAction action, string audience, Possession holder, PointView view, [NotNullWhen(true)] out Admission? admission, out Refusal refusal,
            LeaseClass kind = LeaseClass.None)
        {
            admission = null;
            var seen = stops.Version;
            var now = clock.Wall.ToUnixTimeSeconds();
            if (!TrySigned(presented, view, now, out var token, out var permit, out refusal)             // :: 1  form, signature, role, fresh keys
                || !TryEntry(presented, token, permit, view, out var entry, out refusal))                // :: 1b the ledger holds the decision that it cites
            {
                return false;
            }

            ImmutableArray<Scope> scopes = [.. Scope.Of(permit, token.Key.Thumbprint, entry.Head.Origin)];
            HeldLease? lease = null;
            if (Fails(CheckAddress(permit, audience, view), out refusal)                                 // :: 2  from my plane, for me, in this boot
                || Fails(CheckTime(token, now), out refusal)                                             // :: 3  the clock is sane, the time is right
                || Fails(holder.Check(permit.Cnf, presented.Permit, now, proofs), out refusal)           // :: 4  the holder presents it
                || Fails(CheckAction(permit, action, audience), out refusal)                             // :: 5  for exactly what will be forwarded
                || Fails(CheckTool(permit, action, view), out refusal)                                   // :: 6  by the pinned tool, with what I can do
                || Fails(CheckStanding(scopes, view), out refusal)                                       // :: 7  the plane is heard, nothing is halted or revoked
                || Fails(Consume(permit, now), out refusal)                                              // :: 8  once
                || Fails(Hold(permit, kind, scopes, view, out lease), out refusal))                      // :: 8b under a lease where it was asked for, and only then
            {
                return false;
            }

            admission = new Admission(action, permit, entry, presented, this, scopes, lease, seen);      // :: 9  begins before its end, or never
            return true;
        }

        private static bool TrySigned(PresentedPermit presented, PointView view, long now, [NotNullWhen(true)] out SignedJws? token, [NotNullWhen(true)] out PermitClaims? permit, out Refusal refusal)
        {
            (token, permit) = (null, null);
            if (now >= view.Keys.Expires)
            {
                refusal = new Refusal(DenyReason.TrustStale, "the plane's key set is past its end");
                return false;
            }

            if (!StrictJws.TryOpen(presented.Permit, PermitProfiles.Permit, view.Keys.Of(KeyRole.Permit, now), out token, out refusal))
            {
                return false;
            }

            if (!PermitClaims.TryRead(token.Claims, out permit, out var error))
            {
                refusal = new Refusal(DenyReason.AssertionInvalid, error.ToString());
                return false;
            }

            return true;
        }

        private static bool TryEntry(PresentedPermit presented, SignedJws token, PermitClaims permit, PointView view, [NotNullWhen(true)] out VerifiedReceipt? entry, out Refusal refusal)
        {
            entry = null;
            var error = "there is none";
            if (presented.Receipt is null || !Receipt.TryFromJson(presented.Receipt, out var receipt, out error) || !receipt.TryVerify(view.Heads, out var verified, out error))
            {
                refusal = new Refusal(DenyReason.AssertionInvalid, $"receipt: {error}");
                return false;
            }

            var isThis = verified.Statement is DecisionStatement { IsAllowed: true, Permit: { } fixedPermit }
                && permit.Led == new LedgerReference(verified.Head.Origin, verified.Index, verified.LeafHash)
                && fixedPermit.Jti == permit.Jti
                && fixedPermit.Claims == Digest.Of(token.Claims.Without("led"));
            refusal = isThis ? default : new Refusal(DenyReason.AssertionInvalid, "the receipt is of another entry or another permit");
            entry = isThis ? verified : null;
            return isThis;
        }

        private static Refusal? CheckAddress(PermitClaims permit, string audience, PointView view)
            => permit.Iss == view.Keys.Iss && permit.Aud == audience && permit.Ep == view.Me ? null : Mismatch("plane, audience, point or boot");

        private Refusal? CheckTime(SignedJws token, long now)
            => !watch.IsSane() ? new Refusal(DenyReason.ClockUntrusted, "the clocks moved apart")
                : token.TryAt(now, out _, out var refusal) ? null
                : refusal;

        private static Refusal? CheckAction(PermitClaims permit, CanonicalAction action, string audience)
            => permit.Action.ActHash == action.ActHash && permit.Action.Action == action.WireAction && permit.Action.Location == audience && permit.Action.Identifier == action.Identifier
                ? null
                : Mismatch("action");

        private static Refusal? CheckTool(PermitClaims permit, CanonicalAction action, PointView view)
            => permit.Action.ToolHash != action.ToolHash ? Mismatch("tool")
                : permit.Obligations.All(view.Obligations.Contains) ? null
                : Mismatch("an obligation that this door cannot do");

        private Refusal? CheckStanding(ImmutableArray<Scope> scopes, PointView view)
            => latch.HasFallen ? new Refusal(latch.Reason, "this point was stopped")
                : clock.Steady - view.Heard > view.SilenceMax ? new Refusal(DenyReason.PlaneUnavailable, "the plane is silent")
                : stops.Find(scopes) is { } reason ? new Refusal(reason, "stopped by an order")
                : null;

        // The ask was sent when the plane was heard last: what it permitted counts from there.
        private Refusal? Hold(PermitClaims permit, LeaseClass kind, ImmutableArray<Scope> scopes, PointView view, out HeldLease? lease)
        {
            lease = permit.Lease is { } terms && kind != LeaseClass.None ? leases.Hold(terms, permit.Exe, kind, scopes, view.Heard) : null;
            return (permit.Lease is null) != (kind == LeaseClass.None) ? Mismatch("mode")
                : permit.Lease is not null && lease is null ? new Refusal(DenyReason.PlaneUnavailable, "a lease of an epoch that is over")
                : null;
        }

        private Refusal? Consume(PermitClaims permit, long now)
            => permit.Use != "instance" ? new Refusal(DenyReason.PermitReplayed, "a permit of use plane is redeemed online, which this point does not do")
                : permits.TryConsume(permit.Jti, permit.Expires + 2, now) ? null
                : new Refusal(DenyReason.PermitReplayed, "used before");

        private static Refusal Mismatch(string what) => new(DenyReason.PermitMismatch, $"for another {what}");

        private static bool Fails(Refusal? found, out Refusal refusal)
        {
            refusal = found ?? default;
            return found is not null;
        }
    }
}
