namespace Obstat.Settings.Tests;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("limit", "limits")]
    [InlineData("lismts", "limits")]
    [InlineData("tenatn", "tenant")]
    [InlineData("POLICIES", "policies")]
    [InlineData("completely-else", null)]
    [InlineData("", null)]
    public void The_nearest_known_name_is_found_or_none(string name, string? expected)
        => Assert.Equal(expected, Spelling.Nearest(name, ["limits", "tenant", "policies", "data"]));
}
