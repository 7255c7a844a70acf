using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Canaries;

/// <summary>The seven ways in which a permit that was good is presented again after a change. Each must be refused, with its own code.</summary>
internal static class AlteredPermits
{
    private static readonly TimeSpan AfterItsEnd = TimeSpan.FromSeconds(40);

    /// <summary>Presents them. Says what was wrong; null: each was refused as it must be. Undecided: the plane or the point stopped meanwhile, so nothing is shown.</summary>
    /// <param name="session">The boot.</param>
    /// <param name="good">The admission that the unchanged permit gave.</param>
    /// <param name="view">What the point knew when it gave it.</param>
    /// <param name="clock">The point's clocks.</param>
    /// <param name="sink">Counts what should have no effect.</param>
    public static (bool IsDecided, string? Wrong) Present(PointSession session, Admission good, PointView view, IPointClock clock, CanarySink sink)
    {
        view = view with { Heard = clock.Steady };
        var (permit, audience) = (good.Presented, good.Permit.Aud);
        (string What, DenyReason Expected, PresentedPermit Permit, CanonicalAction Action, string Audience, PointView View, Admission.Verifier Verifier)[] all =
        [
            ("a signature that was changed", DenyReason.AssertionInvalid, permit with { Permit = Flip(permit.Permit) }, good.Action, audience, view, session.Verifier),
            ("no receipt", DenyReason.AssertionInvalid, permit with { Receipt = JsonValue.EmptyObject }, good.Action, audience, view, session.Verifier),
            ("another audience", DenyReason.PermitMismatch, permit, good.Action, audience + ".other", view, session.Verifier),
            ("another boot", DenyReason.PermitMismatch, permit, good.Action, audience, view with { Me = view.Me with { Boot = Random128.Next() } }, session.Verifier),
            ("another action", DenyReason.PermitMismatch, permit, CanaryProbe.ActionOf(CanaryProbe.Forbidden), audience, view, session.Verifier),
            ("its time over", DenyReason.PermitExpired, permit, good.Action, audience, view, session.VerifierBy(new LaterClock(clock, AfterItsEnd))),
            ("its use behind it", DenyReason.PermitReplayed, permit, good.Action, audience, view, session.Verifier),
        ];
        foreach (var one in all)
        {
            if (one.Verifier.TryAdmit(one.Permit, one.Action, one.Audience, session.Holder, one.View, out var admission, out var refusal))
            {
                _ = sink.Take(admission);
                return (true, $"a permit with {one.What} was admitted");
            }

            if (refusal.Reason != one.Expected)
            {
                return CanaryVerdict.IsStandstill(refusal.Reason) ? (false, null) : (true, $"a permit with {one.What} was refused with {refusal.Reason.ToCode()}, expected {one.Expected.ToCode()}");
            }
        }

        return (true, null);
    }

    private static string Flip(string compact) => string.Concat(compact.AsSpan(0, compact.Length - 10), compact[^10] == 'A' ? "B" : "A", compact.AsSpan(compact.Length - 9));

    /// <summary>The same clocks, later.</summary>
    private sealed class LaterClock(IPointClock clock, TimeSpan by) : IPointClock
    {
        public DateTimeOffset Wall => clock.Wall + by;

        public TimeSpan Steady => clock.Steady + by;
    }
}
