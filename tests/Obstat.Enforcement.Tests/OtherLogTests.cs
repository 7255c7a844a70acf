namespace Obstat.Enforcement.Tests;

/// <summary>Sizes, indexes and predecessors mean something in one log alone: a boot never goes on in another, and nothing of the one holds up the other.</summary>
public sealed class OtherLogTests
{
    [Fact]
    public async Task A_boot_whose_point_trusts_another_log_now_ends_and_the_next_one_is_served()
    {
        await using var plane = DoorTests.Plane();
        plane.Grow(100);
        await using var door = await plane.OpenAsync();
        Assert.Equal("admitted", await DoorTests.AskAsync(door));
        var before = door.BootId;
        plane.ChangeLog();
        var verdict = await DoorTests.AskAsync(door);
        Assert.Contains(verdict, (string[])["PlaneUnavailable", "LedgerUnavailable"]);
        for (var end = DateTime.UtcNow.AddSeconds(10); verdict != "admitted"; verdict = await DoorTests.AskAsync(door))
        {
            Assert.True(DateTime.UtcNow < end, $"still {verdict} after 10 s");
        }

        Assert.NotEqual(before, door.BootId);
        Assert.Equal(2, plane.Registrations.Select(r => r.Boot).Distinct().Count());
    }

    [Fact]
    public async Task A_log_that_is_smaller_than_another_one_was_is_believed_at_once()
    {
        await using var plane = DoorTests.Plane();
        plane.Grow(100);
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.ChangeLog();
        await using var again = await plane.OpenAsync();
        Assert.True(again.IsRegistered);
        Assert.Equal("admitted", await DoorTests.AskAsync(again));
    }
}
