using CsCheck;
using Obstat.Enforcement.Leases;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Enforcement.Tests;

/// <summary>One admitted permit with its receipt, taken apart: every change of it is refused.</summary>
public class MutationTests
{
    private static Admission.Verifier Verifier(IPointClock clock) => new(clock, new ClockWatch(clock), new StopLatch(), new SingleUse(), new SingleUse(), new PointStops(), new LeaseTable(new Proof.Statements.PointBoot(FakePlane.PointId, Random128.Next()), new StopTimes()));

    private static async Task<(Door Door, Admission Admission)> OneAsync(FakePlane plane)
    {
        var door = await plane.OpenAsync();
        return (door, (await door.AskAsync(DoorTests.Agent, DoorTests.Call(), CancellationToken.None)).Match(a => a, r => throw new InvalidOperationException(r.ToString())));
    }

    private static bool Admits(FakePlane plane, Door door, PresentedPermit presented, string audience = "urn:execution:server:payments")
        => Verifier(plane.Clock).TryAdmit(presented, DoorTests.Call(), audience, door.Boot.Session.Holder, door.Boot.Session.View! with { Heard = plane.Clock.Steady }, out _, out _);

    [Fact]
    public async Task Every_flipped_bit_of_a_permit_refuses()
    {
        await using var plane = DoorTests.Plane();
        var (door, admission) = await OneAsync(plane);
        await using (door)
        {
            var permit = admission.Presented.Permit;
            Assert.True(Admits(plane, door, admission.Presented));
            Gen.Select(Gen.Int[0, permit.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
            {
                var changed = permit.ToCharArray();
                changed[at] = (char)(changed[at] ^ (1 << bit));
                return !Admits(plane, door, admission.Presented with { Permit = new string(changed) });
            }, iter: 1000);
        }
    }

    [Fact]
    public async Task Every_changed_or_missing_member_of_a_receipt_refuses()
    {
        await using var plane = DoorTests.Plane();
        var (door, admission) = await OneAsync(plane);
        await using (door)
        {
            var receipt = admission.Presented.Receipt!;
            foreach (var member in receipt.Members)
            {
                Assert.False(Admits(plane, door, admission.Presented with { Receipt = receipt.Without(member.Name) }));
                Assert.False(Admits(plane, door, admission.Presented with { Receipt = receipt.With(member.Name, JsonValue.Null) }));
                if (member.Value.AsString is { Length: > 0 } text)
                {
                    for (var at = 0; at < text.Length; at += Math.Max(1, text.Length / 60))
                    {
                        var changed = text.ToCharArray();
                        changed[at] = changed[at] == 'A' ? 'B' : 'A';
                        Assert.False(Admits(plane, door, admission.Presented with { Receipt = receipt.With(member.Name, JsonValue.Of(new string(changed))) }), $"{member.Name} changed at {at}");
                    }
                }
            }

            Assert.False(Admits(plane, door, admission.Presented with { Receipt = receipt.With("more", JsonValue.Null) }));
            Assert.False(Admits(plane, door, admission.Presented with { Receipt = null }));
            Assert.False(Admits(plane, door, admission.Presented, "urn:execution:server:files"));
        }
    }

    [Fact]
    public async Task A_silent_halted_or_stopped_point_admits_nothing()
    {
        await using var plane = DoorTests.Plane();
        var (door, admission) = await OneAsync(plane);
        await using (door)
        {
            var (session, clock) = (door.Boot.Session, plane.Clock);
            var view = session.View! with { Heard = clock.Steady };
            string? Verdict(PointView known, StopLatch? latch = null, OrderKind order = OrderKind.Ping, Scope scope = default)
                => new Admission.Verifier(clock, new ClockWatch(clock), latch ?? new StopLatch(), new SingleUse(), new SingleUse(), Stopped(order, scope), new LeaseTable(session.Me, new StopTimes()))
                    .TryAdmit(admission.Presented, DoorTests.Call(), "urn:execution:server:payments", session.Holder, known, out _, out var refusal) ? null : refusal.Reason.ToString();

            var fallen = new StopLatch();
            fallen.Fall(Proof.Reasons.DenyReason.Halted);
            Assert.Null(Verdict(view));
            Assert.Equal("PlaneUnavailable", Verdict(view with { Heard = clock.Steady - TimeSpan.FromSeconds(11) }));
            Assert.Equal("Halted", Verdict(view, null, OrderKind.Halt, Scope.All));
            Assert.Equal("Halted", Verdict(view, null, OrderKind.Halt, new Scope(ScopeKind.Tool, "payments")));
            Assert.Equal("Halted", Verdict(view, null, OrderKind.Halt, new Scope(ScopeKind.EnforcementPoint, FakePlane.PointId)));
            Assert.Null(Verdict(view, null, OrderKind.Halt, new Scope(ScopeKind.Tool, "files")));
            Assert.Null(Verdict(view, null, OrderKind.Halt, new Scope(ScopeKind.Key, admission.Permit.Sub)));
            Assert.Equal("Halted", Verdict(view, fallen));
            Assert.Equal("TrustStale", Verdict(view with { Keys = view.Keys with { Expires = clock.Wall.ToUnixTimeSeconds() } }));
            Assert.Equal("Revoked", Verdict(view, null, OrderKind.Stop, new Scope(ScopeKind.Key, view.Keys.Keys[0].Key.Kid)));
            Assert.Equal("Revoked", Verdict(view, null, OrderKind.Stop, new Scope(ScopeKind.Key, admission.Permit.Cnf.Value.ToBase64Url())));
            Assert.Equal("Revoked", Verdict(view, null, OrderKind.Stop, new Scope(ScopeKind.Principal, admission.Permit.Sub)));
        }

        PointStops Stopped(OrderKind order, Scope scope)
        {
            var stops = new PointStops();
            _ = stops.Take(new Order(1, order, scope, "test", "op-1", 1, Random128.Next()), null, plane.Clock.Steady);
            return stops;
        }
    }
}
