using Obstat.Core.Records;

namespace Obstat.Core.Tests.Records;

public class ClockWatchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Error = TimeSpan.FromMilliseconds(20);

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void A_steady_clock_is_trusted()
    {
        var watch = ClockWatch.Start(Noon, S(0), Noon, Error);
        for (var i = 1; i < 100; i++)
        {
            watch = watch.Read(Noon + S(i), S(i), Noon + S(i - 1), Error);
            Assert.True(watch.IsTrusted && watch.Ended is null);
        }
    }

    [Theory]
    [InlineData(3.1)]
    [InlineData(-3.1)]
    [InlineData(864_000)]
    [InlineData(-7_200)]
    public void A_step_of_the_wall_clock_ends_trust_until_ten_sane_seconds_passed(double step)
    {
        var watch = ClockWatch.Start(Noon, S(0), Noon - S(100_000), Error).Read(Noon + S(1) + S(step), S(1), Noon - S(100_000), Error);
        Assert.False(watch.IsTrusted);
        watch = watch.Read(Noon + S(10.9) + S(step), S(10.9), Noon - S(100_000), Error);
        Assert.False(watch.IsTrusted);
        watch = watch.Read(Noon + S(11) + S(step), S(11), Noon - S(100_000), Error);
        Assert.True(watch.IsTrusted);
        Assert.Equal(Noon, watch.Ended?.From);
        Assert.Equal(Noon + S(11) + S(step), watch.Ended?.To);
        Assert.Null(watch.Read(Noon + S(12) + S(step), S(12), Noon, Error).Ended);
    }

    [Fact]
    public void A_clock_before_the_newest_entry_is_not_trusted_from_the_start()
    {
        Assert.False(ClockWatch.Start(Noon - S(0.021), S(0), Noon, Error).IsTrusted);
        Assert.True(ClockWatch.Start(Noon - S(0.019), S(0), Noon, Error).IsTrusted);
    }

    [Fact]
    public void A_clock_that_stays_behind_the_log_is_never_trusted_again()
    {
        var watch = ClockWatch.Start(Noon - S(3_600), S(0), Noon, Error);
        for (var i = 1; i < 60; i++)
        {
            watch = watch.Read(Noon - S(3_600) + S(i), S(i), Noon, Error);
            Assert.False(watch.IsTrusted);
        }
    }

    [Fact]
    public void A_machine_that_slept_is_not_trusted_at_once()
        => Assert.False(ClockWatch.Start(Noon, S(0), Noon, Error).Read(Noon + S(3_600), S(1), Noon, Error).IsTrusted);
}
