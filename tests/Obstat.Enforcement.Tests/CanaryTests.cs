using Obstat.Enforcement.Canaries;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using static Obstat.Enforcement.Tests.DoorTests;

namespace Obstat.Enforcement.Tests;

/// <summary>A point proves that it is shut before it lets anybody ask, goes on proving it, and stops where it cannot.</summary>
public class CanaryTests
{
    private readonly List<string> _told = [];

    private async Task<ArmedDoor> ArmAsync(Door door, CancellationToken cancellation = default) => await ArmedDoor.ArmAsync(door, Told, cancellation);

    private void Told(string line)
    {
        lock (_told)
        {
            _told.Add(line);
        }
    }

    private static async Task<string> AskAsync(ArmedDoor armed, string tool = "transfer") => Verdict(await armed.AskAsync(Agent, Call(tool), CancellationToken.None));

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            Assert.False(patience.IsCancellationRequested, what);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>Nothing is armed, however long one waits for what shows that it was tried.</summary>
    private async Task NeverArmsAsync(FakePlane plane, Door door, Func<bool> tried)
    {
        using var give = new CancellationTokenSource();
        var arming = ArmAsync(door, give.Token);
        await UntilAsync(tried, "the probes ran");
        Assert.False(arming.IsCompleted);
        await give.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => arming);
        Assert.DoesNotContain(_told, line => line.StartsWith("armed", StringComparison.Ordinal));
        Assert.DoesNotContain(plane.Asks, ask => ask.Aud != Urns.Server(CanaryProbe.Server));
    }

    [Fact]
    public async Task A_point_is_armed_after_a_forbidden_probe_was_refused_and_recorded_and_seven_altered_permits_were_refused()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        Assert.Equal(["forbidden", "noop"], plane.Asks.Select(a => a.Action!["name"]!.AsString));
        Assert.Equal(1, armed.ProbeEffects);
        Assert.True(armed.Proof is { ArmedMs: not null, ClosedMs: not null, AllowedMs: not null, Refusing: null, Effects: 0, Disarmed: null });
        Assert.Equal("admitted", await AskAsync(armed));
        Assert.Equal("NotPermitted", await AskAsync(armed, "forbidden"));
        await UntilAsync(() => !plane.Outcomes.IsEmpty, "the outcome of the permitted probe is told");
        Assert.Equal("succeeded", plane.Outcomes.First().Result);
    }

    [Fact]
    public async Task A_point_whose_plane_permits_the_forbidden_probe_never_listens_and_tells_it()
    {
        await using var plane = Plane();
        plane.Probes = ProbeFault.Permitted;
        await using var door = await plane.OpenAsync();
        await NeverArmsAsync(plane, door, () => plane.Said.Any(s => s.Proof.Effects == 1));
        Assert.Equal("the forbidden probe was permitted and had its effect", plane.FailedProbes.Single().Cause);
        Assert.True(plane.Said.Last().Proof is { ArmedMs: null, Effects: 1, Disarmed: not null });
    }

    [Fact]
    public async Task A_refusal_that_is_not_recorded_arms_nothing()
    {
        await using var plane = Plane();
        plane.Probes = ProbeFault.Unrecorded;
        await using var door = await plane.OpenAsync();
        await NeverArmsAsync(plane, door, () => plane.Asks.Count >= 3);
        Assert.Empty(plane.FailedProbes);
    }

    [Theory]
    [InlineData(PlaneFault.Silent)]
    [InlineData(PlaneFault.Garbage)]
    [InlineData(PlaneFault.Status500)]
    [InlineData(PlaneFault.Unable)]
    [InlineData(PlaneFault.Cut)]
    [InlineData(PlaneFault.WrongHeadKey)]
    public async Task A_plane_that_fails_arms_nothing_and_is_waited_for(PlaneFault fault)
    {
        await using var plane = Plane();
        plane.Fault = fault;
        plane.AskMs = 1000;
        await using var door = await plane.OpenAsync();
        var arming = ArmAsync(door);
        if (fault == PlaneFault.WrongHeadKey)
        {
            // Only its permits are of another log: it is shut, and serves nothing.
            await using var half = await arming;
            Assert.NotNull(half.Proof.Refusing);
            Assert.NotEqual("admitted", await AskAsync(half));
            return;
        }

        await UntilAsync(() => plane.Asks.Count + plane.Requests.Count(r => r.Path == PlaneRoutes.Asks) >= 2, "it was tried");
        Assert.False(arming.IsCompleted);
        plane.Fault = PlaneFault.None;
        await using var armed = await arming;
        Assert.Equal("admitted", await AskAsync(armed));
        Assert.Empty(plane.FailedProbes);
    }

    [Fact]
    public async Task A_probe_that_fails_later_disarms_the_point_until_an_operator_arms_it_again()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        var before = (await armed.AskAsync(Agent, Call(), CancellationToken.None)).Match(a => a, _ => throw new InvalidOperationException());
        before.Begin();

        plane.Probes = ProbeFault.Permitted;
        await armed.ProveAsync(CancellationToken.None);
        Assert.Equal(DenyReason.Fault, Assert.Throws<Stopped>(before.Step).Reason);
        Assert.Equal("Fault", await AskAsync(armed));
        await UntilAsync(() => !plane.FailedProbes.IsEmpty, "the plane is told");
        var failed = Assert.Single(plane.FailedProbes);

        // Mending the plane is not enough: a person looked, or nothing runs.
        plane.Probes = ProbeFault.None;
        await armed.ProveAsync(CancellationToken.None);
        Assert.Equal("Fault", await AskAsync(armed));
        _ = plane.Push(OrderKind.Rearm, new Scope(ScopeKind.EnforcementPoint, FakePlane.PointId), Random128.Next());
        _ = plane.Push(OrderKind.Rearm, new Scope(ScopeKind.EnforcementPoint, FakePlane.PointId), failed.Halt);
        await UntilAsync(() => armed.Proof.Disarmed is null, "the order came");
        Assert.Equal("admitted", await AskAsync(armed));
        Assert.Equal(0, armed.Proof.Effects);
    }

    [Fact]
    public async Task A_point_that_is_armed_again_and_still_open_stops_again()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        plane.Probes = ProbeFault.Permitted;
        await armed.ProveAsync(CancellationToken.None);
        await UntilAsync(() => plane.FailedProbes.Count == 1, "the plane is told");
        _ = plane.Push(OrderKind.Rearm, new Scope(ScopeKind.EnforcementPoint, FakePlane.PointId), plane.FailedProbes.First().Halt);
        await UntilAsync(() => plane.FailedProbes.Count == 2, "it failed again");
        Assert.Equal("Fault", await AskAsync(armed));
        Assert.DoesNotContain(plane.Asks, ask => ask.Aud != Urns.Server(CanaryProbe.Server));
    }

    [Fact]
    public async Task A_disarmed_point_stays_disarmed_over_a_restart()
    {
        await using var plane = Plane();
        await using (var door = await plane.OpenAsync())
        {
            await using var armed = await ArmAsync(door);
            plane.Probes = ProbeFault.Permitted;
            await armed.ProveAsync(CancellationToken.None);
        }

        plane.Probes = ProbeFault.None;
        await using var again = await plane.OpenAsync();
        using var give = new CancellationTokenSource();
        var arming = ArmAsync(again, give.Token);
        await UntilAsync(() => plane.Said.Any(s => s.Ep.Boot == again.BootId && s.Proof.Disarmed is not null), "it says so");
        Assert.False(arming.IsCompleted);
        _ = plane.Push(OrderKind.Rearm, new Scope(ScopeKind.EnforcementPoint, FakePlane.PointId), plane.FailedProbes.First().Halt);
        await using var armedAgain = await arming;
        Assert.Equal("admitted", await AskAsync(armedAgain));
    }

    [Fact]
    public async Task A_forbidden_probe_that_is_refused_with_another_code_disarms()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        plane.Probes = ProbeFault.OtherCode;
        await armed.ProveAsync(CancellationToken.None);
        Assert.Equal("Fault", await AskAsync(armed));
        Assert.True(armed.Proof is { Disarmed: "the forbidden probe was refused with Forbidden, expected NotPermitted", Effects: 0 });
    }

    [Theory]
    [InlineData(ProbeFault.NoDecision)]
    [InlineData(ProbeFault.NoLaw)]
    public async Task Where_nobody_judges_nothing_is_proved_and_nothing_disarmed(ProbeFault fault)
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        plane.Probes = fault;
        await armed.ProveAsync(CancellationToken.None);
        Assert.Null(armed.Proof.Disarmed);
        plane.Probes = ProbeFault.None;
        Assert.Equal("admitted", await AskAsync(armed));
    }

    [Fact]
    public async Task A_permitted_probe_that_was_refused_is_asked_again_with_the_next_round()
    {
        await using var plane = Plane();
        plane.ProbeMs = 50;
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        plane.Probes = ProbeFault.NoDecision;
        while (armed.Proof.Refusing is null)
        {
            await armed.ProveAsync(CancellationToken.None);
        }

        plane.Probes = ProbeFault.None;
        await UntilAsync(() => armed.Proof.Refusing is null, "what was over is not told for longer than a round");
        Assert.Null(armed.Proof.Disarmed);
    }

    [Fact]
    public async Task Nothing_is_admitted_before_altered_permits_were_refused()
    {
        await using var plane = Plane();
        plane.Probes = ProbeFault.NoLaw;
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        Assert.Equal((0, DenyReason.PolicyMissing), (armed.ProbeEffects, armed.Proof.Refusing));
        Assert.Equal("NotPermitted", await AskAsync(armed, "forbidden"));
        Assert.Equal("Fault", await AskAsync(armed));
        await UntilAsync(() => plane.Outcomes.Any(o => o.Result == "refused"), "the unused permit is told");
        plane.Probes = ProbeFault.None;
        Assert.Equal("admitted", await AskAsync(armed));
        Assert.Equal(1, armed.ProbeEffects);
    }

    [Fact]
    public async Task Nobody_but_the_point_asks_for_a_probe()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        var asked = plane.Asks.Count;
        Assert.Equal("UnknownAction", Verdict(await armed.AskAsync(Agent, CanaryProbe.ActionOf(CanaryProbe.Permitted), CancellationToken.None)));
        Assert.Equal(asked, plane.Asks.Count);
        var admission = (await armed.AskAsync(Agent, Call(), CancellationToken.None)).Match(a => a, _ => throw new InvalidOperationException());
        Assert.False(new CanarySink().Take(admission));
    }

    [Fact]
    public async Task A_new_boot_proves_itself_before_its_first_ask()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        door.NextBoot(door.Boot, DenyReason.ClockUntrusted, "clock");
        Assert.Equal("admitted", await AskAsync(armed));
        Assert.Equal(["forbidden", "noop", "forbidden", "noop", "transfer"], plane.Asks.Select(a => a.Action!["name"]!.AsString));
        plane.Probes = ProbeFault.Unrecorded;
        door.NextBoot(door.Boot, DenyReason.ClockUntrusted, "clock");
        Assert.Equal("Fault", await AskAsync(armed));
    }

    [Fact]
    public async Task A_counted_probe_is_a_proof_only_when_the_next_entry_tells_its_number()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        await armed.ProveAsync(CancellationToken.None);
        Assert.NotNull(armed.Proof.ClosedMs);
        plane.Probes = ProbeFault.Forgotten;
        await armed.ProveAsync(CancellationToken.None);
        Assert.Null(armed.Proof.ClosedMs);
        await UntilAsync(() => !plane.Refusals.IsEmpty, "its number is told as a refusal");
        Assert.Equal(1, plane.Refusals.First().Counts[DenyReason.NotPermitted]);
    }

    [Fact]
    public async Task A_point_says_what_it_enforces_by_and_follows_what_the_plane_published()
    {
        await using var plane = Plane();
        await using var door = await plane.OpenAsync();
        await using var armed = await ArmAsync(door);
        var said = plane.Said.Last();
        Assert.Equal((door.BootId, plane.Options.Build, plane.Options.Config, plane.Snapshot, 1L), (said.Ep.Boot, said.Build, said.Config, said.Snapshot, said.Epoch));
        plane.Snapshot = Digest.Of("another"u8);
        Assert.Equal("admitted", await AskAsync(armed));
        await armed.ProveAsync(CancellationToken.None);
        _ = plane.Push(OrderKind.Lift, Scope.All);
        await UntilAsync(() => plane.Said.Last().Snapshot == plane.Snapshot, "it says the new one");
    }
}
