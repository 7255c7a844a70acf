using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Tests;

/// <summary>Leases of a real door over a real socket, against a plane that fails in each way: the last effect lies before the deadline of the last good answer.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LeaseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static async Task<Admission> BeginAsync(Door door)
    {
        var answer = await door.AskAsync(DoorTests.Agent with { Lease = LeaseClass.Stream }, DoorTests.Call(), CancellationToken.None);
        var admission = answer.Match(a => a, r => throw new InvalidOperationException(r.ToString()));
        admission.Begin();
        return admission;
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        var end = DateTime.UtcNow + Patience;
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < end, $"not within {Patience}: {what}");
            await Task.Delay(5);
        }
    }

    private static Ending Unknown() => new(EndResult.Unknown, DenyReason.PlaneUnavailable, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 1, 1);

    [Fact]
    public async Task A_stream_goes_on_for_as_long_as_the_plane_renews_and_its_end_is_told_once()
    {
        await using var plane = DoorTests.Plane();
        plane.Ttl = 1;
        await using var door = await plane.OpenAsync();
        var admission = await BeginAsync(door);
        var first = admission.Lease!.Deadline;
        await UntilAsync(() => admission.Lease.Deadline > first + TimeSpan.FromSeconds(2), "renewed for two lives");
        admission.Step();
        Assert.Equal(admission.Lease.Id, plane.BeatsSeen.Last().Leases.Single().Id);
        Assert.Equal("stream", plane.Opened.Single().ToJson()["class"]!.AsString);
        door.Close(admission, new Ending(EndResult.Succeeded, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 1, 1));
        await UntilAsync(() => !plane.Outcomes.IsEmpty, "outcome");
        Assert.Null(plane.Outcomes.Single().Stop);
        Assert.Equal(0, door.Leases);
    }

    [Theory]
    [InlineData(BeatFault.Silent)]
    [InlineData(BeatFault.Garbage)]
    [InlineData(BeatFault.Unable)]
    [InlineData(BeatFault.OldEpoch)]
    [InlineData(BeatFault.OtherNonce)]
    [InlineData(BeatFault.OtherBoot)]
    [InlineData(BeatFault.OtherSeq)]
    [InlineData(BeatFault.StolenKey)]
    [InlineData(BeatFault.PermitKey)]
    public async Task Lease_survives_nothing(BeatFault fault)
    {
        await using var plane = DoorTests.Plane();
        plane.Ttl = 1;
        await using var door = await plane.OpenAsync();
        var admission = await BeginAsync(door);
        await UntilAsync(() => plane.BeatsSeen.Count > 1, "beats");
        plane.Beats = fault;
        var last = await LastStepAsync(admission, door);
        Assert.Equal(DenyReason.PlaneUnavailable, admission.Lease!.Reason);
        Assert.True(last < admission.Lease.Deadline, $"{last - admission.Lease.Deadline} after the deadline");
        Assert.True(admission.Lease.Stopping.WaitHandle.WaitOne(Patience), "connections are cut");
        plane.Beats = BeatFault.None;
        Assert.Equal(DenyReason.PlaneUnavailable, Assert.Throws<Stopped>(admission.Step).Reason);
        door.Close(admission, Unknown());
        await UntilAsync(() => !plane.Outcomes.IsEmpty, "outcome");
        Assert.Equal(("silence", "unknown"), (plane.Outcomes.Single().Stop!.Cause, plane.Outcomes.Single().Result));
    }

    [Fact]
    public async Task A_killed_plane_takes_its_leases_with_it_and_a_new_one_is_possible_at_once_after_its_return()
    {
        await using var plane = DoorTests.Plane();
        plane.Ttl = 1;
        await using var door = await plane.OpenAsync();
        var admission = await BeginAsync(door);
        plane.Kill();
        var last = await LastStepAsync(admission, door);
        Assert.True(last < admission.Lease!.Deadline);
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        plane.Restart();
        var back = DateTime.UtcNow;
        while (await DoorTests.AskAsync(door) != "admitted")
        {
            Assert.True(DateTime.UtcNow - back < TimeSpan.FromSeconds(2));
        }

        Assert.Throws<Stopped>(admission.Step);
        (await BeginAsync(door)).Step();
    }

    [Fact]
    public async Task The_planes_no_ends_a_lease_with_its_code_and_is_acknowledged()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        var admission = await BeginAsync(door);
        plane.Beats = BeatFault.No;
        await UntilAsync(() => admission.Lease!.Reason == DenyReason.Revoked, "ended");
        door.Close(admission, Unknown());
        await UntilAsync(() => !plane.Closed.IsEmpty, "acknowledged");
        Assert.Equal((admission.Lease!.Id, "beat"), (plane.Closed.Single().Id, plane.Closed.Single().Cause));
    }

    [Fact]
    public async Task An_order_stops_exactly_its_scope_within_moments_and_what_was_not_begun_never_begins()
    {
        await using var plane = DoorTests.Plane();
        plane.Ttl = 60;
        await using var door = await plane.OpenAsync();
        var (one, other) = (await BeginAsync(door), await BeginAsync(door));
        var once = (await door.AskAsync(DoorTests.Agent, DoorTests.Call(), CancellationToken.None)).Match(a => a, r => throw new InvalidOperationException(r.ToString()));
        _ = plane.Push(OrderKind.Stop, new Scope(ScopeKind.Execution, one.Execution));
        await UntilAsync(() => one.Lease!.Reason == DenyReason.Revoked, "stopped");
        other.Step();
        _ = plane.Push(OrderKind.Stop, new Scope(ScopeKind.Permit, once.Permit.Jti));
        await UntilAsync(() => door.OrdersHead == 2, "second order");
        Assert.Equal(DenyReason.Revoked, Assert.Throws<Stopped>(once.Begin).Reason);
        other.Step();
    }

    [Fact]
    public async Task A_halt_stays_over_a_restart_of_the_point_and_of_the_plane_until_it_is_lifted()
    {
        await using var plane = DoorTests.Plane();
        Order halt;
        await using (var door = await plane.OpenAsync())
        {
            var running = await BeginAsync(door);
            halt = plane.Push(OrderKind.Halt, Scope.All);
            await UntilAsync(() => running.Lease!.Reason == DenyReason.Halted, "halted");
            Assert.Equal("Halted", await DoorTests.AskAsync(door));
        }

        plane.Kill();
        await using var again = await plane.OpenAsync();
        Assert.Equal("Halted", await DoorTests.AskAsync(again));
        plane.Restart();
        Assert.Equal("Halted", await DoorTests.AskAsync(again));
        _ = plane.Push(OrderKind.Lift, Scope.All, halt.Id);
        await UntilAsync(() => again.Stops.Halts.IsEmpty, "lifted");
        await UntilAsync(() => DoorTests.AskAsync(again).GetAwaiter().GetResult() == "admitted", "serves");
    }

    [Fact]
    public async Task An_order_that_the_planes_lease_key_did_not_sign_is_none()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        plane.OrdersAreForged = true;
        _ = plane.Push(OrderKind.Halt, Scope.All);
        plane.OrdersAreForged = false;
        var admission = await BeginAsync(door);
        admission.Step();
        Assert.Empty(door.Stops.Halts);
    }

    [Fact]
    public async Task Both_clocks_must_agree_or_every_lease_ends()
    {
        foreach (var step in new[] { TimeSpan.FromDays(10), TimeSpan.FromHours(-2), TimeSpan.FromSeconds(2.1) })
        {
            var clock = new ManualClock(DateTimeOffset.UtcNow);
            await using var plane = new FakePlane(clock);
            plane.Enrol();
            await using var door = await plane.OpenAsync();
            var admission = await BeginAsync(door);
            clock.Set(step);
            Assert.Equal(DenyReason.ClockUntrusted, Assert.Throws<Stopped>(admission.Step).Reason);
            Assert.True(admission.Lease!.Stopping.WaitHandle.WaitOne(Patience), "the watchdog saw it too");
        }
    }

    [Fact]
    public async Task A_frozen_point_has_no_effect_when_it_goes_on()
    {
        // A point that slept: nothing of it ran, the clocks went on. Its first look is the one that counts.
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var plane = new FakePlane(clock);
        plane.Enrol();
        await using var door = await plane.OpenAsync();
        var admission = await BeginAsync(door);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(DenyReason.PlaneUnavailable, Assert.Throws<Stopped>(admission.Step).Reason);
    }

    /// <summary>Has effects until it may not, and says when the last one was: steady time, taken before it was allowed.</summary>
    private static async Task<TimeSpan> LastStepAsync(Admission admission, Door door)
    {
        var clock = new PointClock();
        var last = TimeSpan.Zero;
        var end = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < end)
        {
            var now = clock.Steady;
            try
            {
                admission.Step();
                last = now;
            }
            catch (Stopped)
            {
                return last;
            }

            await Task.Delay(1);
        }

        throw new InvalidOperationException($"still running, {door.Leases} leases");
    }
}
