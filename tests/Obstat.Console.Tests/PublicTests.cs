using Microsoft.Playwright;

namespace Obstat.Console.Tests;

/// <summary>The pages for everybody: readable by everyone, without a cookie, a form or a script, and never in the colour of what is well for a plane that they cannot watch.</summary>
public sealed class PublicTests(Browsers browsers) : IClassFixture<Browsers>
{
    private static readonly (string Name, string Path)[] Pages =
        [("public", "/public"), ("public-entries", "/public/entries"), ("public-entry", "/public/entries/811"), ("public-unreadable", "/public/entries/808"), ("public-policies", "/public/policies"), ("public-missing", "/public/entries/5")];

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_public_page_keeps_the_rules_of_access_and_needs_nothing_of_the_reader(int width, ColorScheme scheme)
    {
        await using var site = await PublicDouble.StartAsync();
        await using var console = await browsers.OpenAsync(site.Address, null, width, scheme);
        var wrong = new List<string>();
        foreach (var (name, path) in Pages)
        {
            var answer = await console.GoAsync(path);
            Assert.False((await answer!.AllHeadersAsync()).ContainsKey("set-cookie"));
            await console.PictureAsync($"{name}-{width}-{scheme}.png");
            Assert.Equal(0, await console.Page.Locator("form, script, input, ob-live").CountAsync());
            Assert.Equal(0, await console.Page.Locator("header .ok, .headline.ok").CountAsync());
            Assert.True(await console.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, path);
            var (violations, incomplete) = await console.AxeAsync();
            wrong.AddRange(violations.Concat(incomplete.Where(i => !Judged.IsKnown(name, i))).Select(v => $"{name}: {v}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task What_is_asked_for_by_anything_but_reading_or_of_the_console_is_refused()
    {
        await using var site = await PublicDouble.StartAsync();
        using var http = new HttpClient { BaseAddress = site.Address };
        using var post = await http.PostAsync("/public", null);
        Assert.Equal(405, (int)post.StatusCode);
        foreach (var path in (string[])["/decisions", "/login", "/halt", "/e/1", "/public/entries/x", "/public/halt"])
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(404, (int)answer.StatusCode);
        }

        using var page = await http.GetAsync("/public");
        Assert.Equal("public, max-age=10", page.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_plane_that_is_away_open_or_damaged_is_told()
    {
        await using var site = await PublicDouble.StartAsync();
        using var http = new HttpClient { BaseAddress = site.Address };
        site.State = site.State with { Proved = new Api.PublicProvedView(World.Now, true, 15), IsDamaged = true, IsServing = false };
        var open = await http.GetStringAsync("/public");
        Assert.Contains("OPEN: a probe had an effect", open, StringComparison.Ordinal);
        Assert.Contains("is not what was signed", open, StringComparison.Ordinal);
        Assert.Contains("nothing is permitted now", open, StringComparison.Ordinal);
        site.IsSilent = true;
        using var away = await http.GetAsync("/public");
        Assert.Equal(503, (int)away.StatusCode);
        Assert.Equal("no-store", away.Headers.CacheControl!.ToString());
        Assert.Contains("does not answer", await away.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
