using Obstat.Proof.Jws;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>A door's life: enrolment, restarts on both sides, outcomes and refusals that nobody loses.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class LifeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static Admission Admitted(Answer answer) => answer.Match(a => a, r => throw new InvalidOperationException(r.ToString()));

    private static async Task<Admission> AdmissionAsync(Door door) => Admitted(await door.AskAsync(DoorTests.Agent, DoorTests.Call(), CancellationToken.None));

    private static Ending Ended(EndResult result = EndResult.Succeeded) => new(result, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 10, 20);

    /// <summary>Waits until a condition holds that another thread brings about; fails after a bound.</summary>
    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        var end = DateTime.UtcNow + Patience;
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < end, $"not within {Patience}: {what}");
            await Task.Delay(10);
        }
    }

    [Fact]
    public async Task The_secret_is_sent_once_and_the_plane_is_pinned_from_the_file()
    {
        await using var plane = DoorTests.Plane();
        await using (var first = await plane.OpenAsync())
        {
            Assert.True(first.IsRegistered);
        }

        await using var second = await plane.OpenAsync();
        Assert.True(second.IsRegistered);
        Assert.Equal([plane.Secret, null], plane.Registrations.Select(r => r.Secret));
        Assert.Equal(plane.Registrations.First().Boot, plane.Registrations.Last().Previous!.Boot);
        Assert.NotEqual(plane.Registrations.First().Boot, plane.Registrations.Last().Boot);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(plane.Folder, "gateway", "point.pem")));
    }

    [Fact]
    public async Task A_point_that_nobody_enrolled_sends_nothing_and_refuses()
    {
        await using var plane = DoorTests.Plane(enrolled: false);
        await using var door = await plane.OpenAsync();
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        Assert.Empty(plane.Requests);
        plane.Enrol();
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
    }

    [Fact]
    public async Task A_plane_with_another_root_or_head_than_the_file_says_is_not_believed()
    {
        await using var plane = DoorTests.Plane(enrolled: false);
        plane.Enrol(root: SigningKey.Create(KeyRole.Root).Kid);
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        }

        using var other = NoteSigner.Generate(plane.HeadKey.Name);
        plane.Enrol(head: other.VerifierKey);
        await using var again = await plane.OpenAsync();
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(again));
    }

    [Theory]
    [InlineData(PlaneFault.Silent)]
    [InlineData(PlaneFault.Garbage)]
    [InlineData(PlaneFault.Status500)]
    [InlineData(PlaneFault.Unable)]
    [InlineData(PlaneFault.UnknownBoot)]
    [InlineData(PlaneFault.WrongHeadKey)]
    [InlineData(PlaneFault.StolenRole)]
    [InlineData(PlaneFault.OtherPlane)]
    public async Task A_registration_that_fails_opens_nothing_until_one_succeeds(PlaneFault fault)
    {
        await using var plane = DoorTests.Plane();
        (plane.Fault, plane.FaultsRegistrations) = (fault, true);
        await using var door = await Door.OpenAsync(plane.Options with { RegisterTime = TimeSpan.FromMilliseconds(200), AskTime = TimeSpan.FromMilliseconds(200) }, plane.Clock, CancellationToken.None);
        Assert.False(door.IsRegistered);
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        plane.Fault = PlaneFault.None;
        await UntilAsync(() => door.IsRegistered, "registered again");
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
    }

    [Fact]
    public async Task A_killed_plane_refuses_everything_and_a_call_is_possible_within_two_seconds_of_its_return()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        for (var i = 0; i < 5; i++)
        {
            plane.Kill();
            Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
            plane.Restart();
            var back = DateTime.UtcNow;
            while (await DoorTests.AskAsync(door) is var verdict && verdict != "admitted")
            {
                Assert.Equal("PlaneUnavailable", verdict);
                Assert.True(DateTime.UtcNow - back < TimeSpan.FromSeconds(2), "two seconds after the plane's return nothing is possible");
            }
        }

        Assert.Single(plane.Registrations.Select(r => r.Boot).Distinct());
    }

    [Fact]
    public async Task A_plane_that_was_restarted_unseen_with_new_keys_is_believed_through_its_root()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        plane.Kill();
        plane.Restart();
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        Assert.Equal(2, plane.Registrations.Count);
    }

    [Fact]
    public async Task A_ledger_smaller_than_the_one_seen_before_a_restart_is_refused()
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.Rollback();
        await using var again = await plane.OpenAsync();
        Assert.False(again.IsRegistered);
        Assert.Equal("LedgerUnavailable", await DoorTests.AskAsync(again));
    }

    [Fact]
    public async Task A_ledger_that_was_restored_and_has_grown_past_what_was_seen_is_refused()
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.Rollback();
        plane.Grow(100);
        await using var again = await plane.OpenAsync();
        Assert.False(again.IsRegistered);
        Assert.Equal("LedgerUnavailable", await DoorTests.AskAsync(again));
    }

    [Fact]
    public async Task A_ledger_that_grew_while_the_point_was_away_is_taken()
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.Grow(100);
        await using var again = await plane.OpenAsync();
        Assert.True(again.IsRegistered);
        Assert.Equal("admitted", await DoorTests.AskAsync(again));
    }

    [Fact]
    public async Task A_memory_that_cannot_be_read_keeps_the_door_shut()
    {
        await using var plane = DoorTests.Plane();
        DurableFile.Write(Path.Combine(Directory.CreateDirectory(plane.Options.KeyFolder).FullName, "memory.json"), "{}"u8);
        _ = await Assert.ThrowsAsync<InvalidDataException>(plane.OpenAsync);
        DurableFile.Write(Path.Combine(plane.Options.KeyFolder, "memory.json"), """{"v":1,"last":null,"seen":null}"""u8);
        DurableFile.Write(Path.Combine(plane.Options.KeyFolder, "point.pem"), "no key"u8);
        _ = await Assert.ThrowsAsync<InvalidDataException>(plane.OpenAsync);
    }

    [Fact]
    public async Task Outcomes_are_signed_joined_and_reported_once_each()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        var admissions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AdmissionAsync(door)));
        foreach (var admission in admissions)
        {
            door.Close(admission, Ended());
            door.Close(admission, Ended(EndResult.Unknown));
        }

        await UntilAsync(() => plane.Outcomes.Count == 20, "20 outcomes");
        var outcomes = plane.Outcomes.OrderBy(o => o.Ep.Seq).ToList();
        Assert.Equal([null, .. outcomes.Select(o => (Obstat.Proof.Digest?)Statement.DigestOf(o.ToBytes())).SkipLast(1)], outcomes.Select(o => o.Ep.Prev));
        Assert.Equal(admissions.Select(a => a.Permit.Jti).Order(), outcomes.Select(o => o.Jti).Order());
        Assert.All(outcomes, o => Assert.Equal("succeeded", o.Result));
        Assert.Equal(admissions.Select(a => a.StatementDigest).Order(), outcomes.Select(o => o.Decision.Statement).Order());
    }

    [Fact]
    public async Task Outcomes_wait_for_a_plane_that_is_away_and_no_number_is_used_twice()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        var admission = await AdmissionAsync(door);
        plane.Kill();
        door.Close(admission, Ended());
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        plane.Restart();
        await UntilAsync(() => plane.Outcomes.Count == 1, "the outcome after the plane's return");
        await UntilAsync(() => !plane.Refusals.IsEmpty, "the ask that nobody saw");
        var refused = plane.Refusals.Single();
        Assert.Equal(1, refused.Counts[DenyReason.PlaneUnavailable]);
        List<long> numbers = [.. plane.Asks.Select(a => a.Ep.Seq), .. plane.Outcomes.Select(o => o.Ep.Seq), .. refused.Ranges.SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1)).Select(i => (long)i))];
        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
    }

    [Fact]
    public async Task Reports_that_are_refused_for_now_come_again_byte_for_byte()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await plane.OpenAsync();
        plane.RefusesReports = true;
        door.Close(await AdmissionAsync(door), Ended());
        await UntilAsync(() => plane.Requests.Count(r => r.Path == "/v1/outcomes") >= 2, "sent twice");
        plane.RefusesReports = false;
        await UntilAsync(() => plane.Outcomes.Count == 1, "taken");
        Assert.Single(plane.Requests.Where(r => r.Path == "/v1/outcomes").Select(r => r.Body).Distinct());
    }

    [Fact]
    public async Task Nothing_starts_when_too_many_outcomes_are_owed()
    {
        await using var plane = DoorTests.Plane();
        await using var door = await Door.OpenAsync(plane.Options with { OutcomesMax = 2 }, plane.Clock, CancellationToken.None);
        var first = await AdmissionAsync(door);
        _ = await AdmissionAsync(door);
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(door));
        door.Close(first, Ended());
        await UntilAsync(() => plane.Outcomes.Count == 1, "one is told");
        await UntilAsync(() => door.Boot.Outcomes.Owed == 1, "one is owed");
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
    }

    [Fact]
    public async Task Refused_messages_are_told_in_one_report_and_none_is_lost_when_the_door_closes()
    {
        await using var plane = DoorTests.Plane();
        var door = await plane.OpenAsync();
        for (var i = 0; i < 40; i++)
        {
            door.CountRefused(i % 2 == 0 ? DenyReason.Malformed : DenyReason.UnknownAction, [(byte)i]);
        }

        await door.DisposeAsync();
        Assert.Equal(40, plane.Refusals.Sum(r => r.Counts.Values.Sum()));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), plane.Refusals.SelectMany(r => r.Ranges).SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1))).Select(i => (long)i));
        Assert.All(plane.Refusals, r => Assert.True(r.Samples.Length <= 16));
    }

    [Fact]
    public async Task A_door_that_closes_says_last_what_it_said()
    {
        await using var plane = DoorTests.Plane();
        var door = await plane.OpenAsync();
        door.Close(await AdmissionAsync(door), Ended());
        door.CountRefused(DenyReason.Malformed, [1]);
        var running = await AdmissionAsync(door);
        await door.DisposeAsync();
        var last = Assert.Single(plane.Coverages);
        var outcome = Assert.Single(plane.Outcomes);
        Assert.Equal((true, 5, 4, 3, 1, 1), (last.Final, last.Ep.Seq, last.ThroughSeq, last.Asks, last.Reports, last.Effects));
        Assert.Equal(Statement.DigestOf(outcome.ToBytes()), last.Ep.Prev);
        Assert.Equal([running.Permit.Jti], last.Open);
        Assert.Equal("/v1/outcomes", plane.Requests.Last().Path);

        await using var next = await plane.OpenAsync();
        Assert.Equal(5, plane.Registrations.Last().Previous!.LastSeq);
    }

    [Fact]
    public async Task A_door_says_each_minute_with_traffic_what_it_said_and_nothing_without()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var plane = new FakePlane(clock);
        plane.Enrol();
        await using var door = await plane.OpenAsync();
        clock.Advance(TimeSpan.FromSeconds(61));
        door.Close(await AdmissionAsync(door), Ended());
        await UntilAsync(() => plane.Coverages.Count == 1, "the first minute");
        var first = plane.Coverages.Single();
        Assert.Equal((false, first.Ep.Seq - 1), (first.Final, first.ThroughSeq));
        Assert.Equal(first.ThroughSeq, first.Asks + first.Reports);
        door.Close(await AdmissionAsync(door), Ended());
        await UntilAsync(() => plane.Outcomes.Count == 2, "an outcome within the second minute");
        clock.Advance(TimeSpan.FromSeconds(61));
        await UntilAsync(() => plane.Coverages.Count == 2, "the second minute");
        var second = plane.Coverages.Last();
        Assert.Equal((6, 2, 3, 2), (second.Ep.Seq, second.Asks, second.Reports, second.Effects));
        clock.Advance(TimeSpan.FromSeconds(61));
        door.Boot.Outcomes.Wake();
        Assert.Equal("admitted", await DoorTests.AskAsync(door)); // traffic again
        await UntilAsync(() => plane.Coverages.Count == 3, "the fourth minute");
        Assert.Equal(second.Ep.Seq + 2, plane.Coverages.Last().Ep.Seq); // none between
    }

    [Fact]
    public async Task A_door_whose_plane_is_away_closes_in_time_and_says_nothing_of_itself()
    {
        await using var plane = DoorTests.Plane();
        var door = await plane.OpenAsync();
        plane.RefusesReports = true;
        door.Close(await AdmissionAsync(door), Ended());
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await door.DisposeAsync();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.Empty(plane.Coverages);
        Assert.Empty(plane.Outcomes);
    }

    [Fact]
    public async Task A_clock_that_was_set_stops_what_runs_and_begins_another_boot()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var plane = new FakePlane(clock);
        plane.Enrol();
        await using var door = await plane.OpenAsync();
        var admission = await AdmissionAsync(door);
        admission.Begin();
        var boot = door.BootId;
        clock.Set(TimeSpan.FromHours(-2));
        Assert.Equal(DenyReason.ClockUntrusted, Assert.Throws<Stopped>(admission.Step).Reason);
        // Either the ask or the second's look of the door finds the step first.
        Assert.True(await DoorTests.AskAsync(door) is "ClockUntrusted" or "admitted");
        Assert.NotEqual(boot, door.BootId);
        clock.Set(TimeSpan.FromHours(2));
        Assert.NotEqual(DenyReason.Undecided, Assert.Throws<Stopped>(admission.Step).Reason);
    }

    [Fact]
    public async Task What_is_not_begun_in_its_time_never_begins()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var plane = new FakePlane(clock);
        plane.Enrol();
        await using var door = await plane.OpenAsync();
        var (late, running) = (await AdmissionAsync(door), await AdmissionAsync(door));
        running.Begin();
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(DenyReason.Late, Assert.Throws<Stopped>(late.Begin).Reason);
        Assert.Equal(DenyReason.Late, Assert.Throws<Stopped>(running.Step).Reason);
    }

    [Fact]
    public async Task Keys_are_renewed_at_half_of_their_life()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        await using var plane = new FakePlane(clock);
        plane.Enrol();
        await using var door = await plane.OpenAsync();
        clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        Assert.Single(plane.Registrations);
        clock.Advance(TimeSpan.FromMinutes(2));
        await UntilAsync(() => plane.Registrations.Count == 2, "registered for fresh keys");
        clock.Advance(TimeSpan.FromMinutes(30));
        await UntilAsync(() => plane.Registrations.Count == 3, "and again");
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        Assert.Single(plane.Registrations.Select(r => r.Boot).Distinct());
    }
}
