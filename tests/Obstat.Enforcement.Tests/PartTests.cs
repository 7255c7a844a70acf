using CsCheck;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>The small parts: addresses, clocks, what was used, what was counted, durable files.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class PartTests
{
    [Theory]
    [InlineData("unix:/run/plane.sock", true)]
    [InlineData("127.0.0.1:7071", true)]
    [InlineData("[::1]:7071", true)]
    [InlineData("localhost:7071", true)]
    [InlineData("unix:", false)]
    [InlineData("10.0.0.1:7071", false)]
    [InlineData("0.0.0.0:7071", false)]
    [InlineData("plane.example:7071", false)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("127.0.0.1:+71", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("http://127.0.0.1:7071", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_plane_is_reached_on_this_machine_alone(string? text, bool good) => Assert.Equal(good, PlaneAddress.TryParse(text, out _));

    [Fact]
    public void A_socket_path_too_long_for_the_system_refuses() => Assert.False(PlaneAddress.TryParse("unix:/" + new string('a', 100), out _));

    [Theory]
    [InlineData(-7200)]
    [InlineData(864000)]
    [InlineData(3)]
    [InlineData(-4)]
    public void A_clock_that_stepped_is_never_sane_again(double seconds)
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20000));
        var watch = new ClockWatch(clock);
        clock.Advance(TimeSpan.FromDays(10));
        clock.Set(TimeSpan.FromSeconds(1.9));
        Assert.True(watch.IsSane());
        clock.Set(TimeSpan.FromSeconds(seconds));
        Assert.False(watch.IsSane());
        clock.Set(TimeSpan.FromSeconds(-seconds));
        Assert.False(watch.IsSane());
    }

    [Fact]
    public void The_machines_clocks_move_together() => Assert.True(new ClockWatch(new PointClock()).IsSane());

    [Fact]
    public void An_id_is_used_once_while_it_is_remembered_and_a_full_set_refuses()
    {
        var used = new SingleUse(max: 2);
        Assert.True(used.TryConsume("a", 10, 0));
        Assert.False(used.TryConsume("a", 10, 10));
        Assert.True(used.TryConsume("b", 20, 10));
        Assert.False(used.TryConsume("c", 20, 10));
        Assert.True(used.TryConsume("c", 20, 11));
    }

    [Fact]
    public void A_thousand_at_once_use_an_id_once()
    {
        var used = new SingleUse();
        Assert.Equal(1, Enumerable.Range(0, 1000).AsParallel().Count(_ => used.TryConsume("a", 10, 0)));
    }

    [Fact]
    public void A_latch_falls_once_and_never_rises()
    {
        var latch = new StopLatch();
        Assert.False(latch.HasFallen);
        latch.Fall(DenyReason.Halted);
        latch.Fall(DenyReason.Late);
        Assert.Equal(DenyReason.Halted, latch.Reason);
        var nobody = new StopLatch();
        nobody.Fall(DenyReason.Undecided);
        Assert.Equal(DenyReason.Fault, nobody.Reason);
    }

    [Fact]
    public void Counted_numbers_become_ascending_ranges_that_hold_each_once() => Gen.Int[1, 60].List[1, 60].Select(l => l.Distinct().ToList()).Sample(numbers =>
    {
        var counter = new RefusalCounter();
        numbers.ForEach(n => counter.Count(n, DenyReason.Malformed, null));
        var report = counter.Take(new PointBoot("gw-1", "tvVHtgX3cLY1otWzlqnGUg"))!;
        var covered = report.Ranges.SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1))).ToList();
        return covered.SequenceEqual(numbers.Order()) && report.Ep.Seq == numbers.Max() && report.Counts[DenyReason.Malformed] == numbers.Count
            && report.Ranges.Zip(report.Ranges.Skip(1)).All(p => p.First.Last + 1 < p.Second.First);
    });

    [Fact]
    public void Only_ranges_that_a_report_can_hold_are_counted()
    {
        var counter = new RefusalCounter();
        for (var i = 1; i < 5000; i += 2)
        {
            counter.Count(i, DenyReason.Malformed, null);
        }

        var report = counter.Take(new PointBoot("gw-1", "tvVHtgX3cLY1otWzlqnGUg"))!;
        Assert.Equal(1024, report.Ranges.Length);
        Assert.Equal(1024, report.Counts[DenyReason.Malformed]);
        Assert.Null(counter.Take(new PointBoot("gw-1", "tvVHtgX3cLY1otWzlqnGUg")));
    }

    [Fact]
    public void A_durable_file_is_private_replaced_whole_and_refused_when_others_can_read_it()
    {
        var folder = Directory.CreateTempSubdirectory("obstat-durable-");
        try
        {
            var path = Path.Combine(folder.FullName, "f");
            Assert.Null(DurableFile.Read(path, 10));
            DurableFile.Write(path, "one"u8);
            DurableFile.Write(path, "two"u8);
            Assert.Equal("two"u8.ToArray(), DurableFile.Read(path, 10));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Single(folder.GetFiles());
            _ = Assert.Throws<IOException>(() => DurableFile.Read(path, 2));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            _ = Assert.Throws<IOException>(() => DurableFile.Read(path, 10));
            _ = Assert.ThrowsAny<IOException>(() => DurableFile.Write(Path.Combine(folder.FullName, "absent", "f"), "x"u8));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
