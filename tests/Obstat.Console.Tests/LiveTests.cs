using Microsoft.Playwright;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>What comes live, and what is said when nothing comes: never a stale green.</summary>
public sealed class LiveTests(Browsers browsers) : IClassFixture<Browsers>
{
    [Fact]
    public async Task A_new_decision_appears_on_top_with_the_words_that_the_server_would_have_used()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/decisions");
        await HeardAsync(console);
        plane.Send(World.Row(999, "NotPermitted", DateTimeOffset.UtcNow) with { Name = World.Hostile });
        await Assertions.Expect(console.Page.Locator("[data-live-rows] tr").First).ToContainTextAsync("999");
        var live = await console.TextAsync("[data-live-rows] tr:first-child");
        Assert.Contains("DENIED", live, StringComparison.Ordinal);
        Assert.Contains("⟨U+202E⟩", live, StringComparison.Ordinal);
        Assert.NotEqual("ran", await console.Page.TitleAsync());
        Assert.Equal("/e/999", await console.Page.GetAttributeAsync("[data-live-rows] a.row", "href"));
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task A_decision_that_comes_after_the_page_was_made_and_before_it_listens_is_not_lost()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.Page.RouteAsync("**/events?*", async route =>
        {
            plane.Send(World.Row(999, "NotPermitted", DateTimeOffset.UtcNow));
            await route.ContinueAsync();
        }, new() { Times = 1 });
        await console.GoAsync("/decisions?verdict=deny");
        await Assertions.Expect(console.Page.Locator("[data-live-rows] tr").First).ToContainTextAsync("999");
        await HeardAsync(console);
        plane.Send(World.Row(1002, "NotPermitted", DateTimeOffset.UtcNow));
        await Assertions.Expect(console.Page.Locator("[data-live-rows] tr").First).ToContainTextAsync("1,002");
        Assert.Equal(1, await console.Page.Locator("[data-live-rows] a.row[href='/e/999']").CountAsync());
        Assert.Equal(0, await console.Page.Locator("[data-live-rows] .fresh a.row[href='/e/200']").CountAsync());
    }

    [Fact]
    public async Task Rows_do_not_move_while_paused_and_come_when_asked()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/decisions");
        await HeardAsync(console);
        await console.Page.ClickAsync("[data-live-pause]");
        plane.Send(World.Row(999, null, DateTimeOffset.UtcNow));
        await Assertions.Expect(console.Page.Locator("[data-live-more]")).ToHaveTextAsync("1 new");
        Assert.DoesNotContain("999", await console.TextAsync("[data-live-rows]"), StringComparison.Ordinal);
        await console.Page.ClickAsync("[data-live-more]");
        await Assertions.Expect(console.Page.Locator("[data-live-rows]")).ToContainTextAsync("999");
    }

    [Fact]
    public async Task A_plane_that_dies_is_told_within_five_seconds_and_nothing_stays_green()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await HeardAsync(console);
        Assert.Equal(0, await console.Page.Locator("html.stale").CountAsync());
        plane.IsSilent = true;
        plane.Cut();
        await Assertions.Expect(console.Page.Locator("#stale")).ToBeVisibleAsync(new() { Timeout = 5_000 });
        Assert.Equal(0, await console.Page.Locator("header .badge.ok").CountAsync());
        Assert.Contains("Unknown", await console.TextAsync("h1"), StringComparison.Ordinal);
        Assert.StartsWith("STALE", await console.Page.TitleAsync(), StringComparison.Ordinal);
        plane.IsSilent = false;
        await Assertions.Expect(console.Page.Locator("header .badge.ok").First).ToBeVisibleAsync(new() { Timeout = 10_000 });
        Assert.Equal(0, await console.Page.Locator("html.stale").CountAsync());
    }

    [Fact]
    public async Task A_plane_that_hangs_is_told_after_two_missed_heartbeats()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await HeardAsync(console);
        await Assertions.Expect(console.Page.Locator("#stale")).ToBeVisibleAsync(new() { Timeout = 6_000 });
        Assert.Contains("two heartbeats", await console.TextAsync("#stale"), StringComparison.Ordinal);
        Assert.StartsWith("STALE", await console.Page.TitleAsync(), StringComparison.Ordinal);
        _ = await console.Page.EvaluateAsync("() => { window.same = true; }");
        plane.Beat();
        await Assertions.Expect(console.Page.Locator("#stale")).ToBeHiddenAsync(new() { Timeout = 3_000 });
        Assert.True(await console.Page.EvaluateAsync<bool>("() => window.same === true"), "a connection that lost nothing was begun anew");
        Assert.DoesNotContain("STALE", await console.Page.TitleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tab_beyond_the_streams_of_its_session_says_that_it_is_not_live_and_follows_by_itself_when_another_goes()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.StreamsMax = 1;
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 3600);
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/decisions");
        await HeardAsync(console);
        var beyond = await console.Page.Context.NewPageAsync();
        _ = await beyond.GotoAsync(new Uri(plane.Address, "/decisions").AbsoluteUri);
        await Assertions.Expect(beyond.Locator("#stale")).ToContainTextAsync("in four tabs at once");
        Assert.Contains("NOT LIVE", await beyond.InnerTextAsync("#stale"), StringComparison.Ordinal);
        Assert.StartsWith("NOT LIVE · ", await beyond.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await beyond.Locator("header .badge.ok").CountAsync());
        plane.Send(World.Row(999, "NotPermitted", DateTimeOffset.UtcNow));
        await Assertions.Expect(console.Page.Locator("[data-live-rows]")).ToContainTextAsync("999");

        await console.Page.CloseAsync();
        await Assertions.Expect(beyond.Locator("[data-live-rows]")).ToContainTextAsync("999", new() { Timeout = 20_000 });
        await Assertions.Expect(beyond.Locator("header .badge.ok")).ToHaveCountAsync(2, new() { Timeout = 20_000 });
        Assert.DoesNotContain("NOT LIVE", await beyond.TitleAsync(), StringComparison.Ordinal);
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task A_page_is_made_anew_when_the_plane_begins_to_refuse()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await HeardAsync(console);
        plane.World.Refusing = "LedgerUnavailable";
        plane.Beat();
        await Assertions.Expect(console.Page.Locator("header [data-serving]")).ToContainTextAsync("LedgerUnavailable", new() { Timeout = 5_000 });
        await Assertions.Expect(console.Page.Locator("main .headline")).ToContainTextAsync("LedgerUnavailable", new() { Timeout = 5_000 });
    }

    [Fact]
    public async Task What_goes_wrong_at_a_point_is_told_by_a_beat_and_takes_the_colour_away()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/policies");
        await HeardAsync(console);
        await Assertions.Expect(console.Page.Locator("header .badge.ok")).ToHaveCountAsync(2);
        plane.World.Troubles = [new("point gateway", "silent", null, "no word for 3 s, expected one each 1 s: it is dead, stopped or cut off")];
        plane.Beat();
        await Assertions.Expect(console.Page.Locator(".trouble")).ToContainTextAsync("no word for 3 s", new() { Timeout = 5_000 });
        await Assertions.Expect(console.Page.Locator("header .badge.ok")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_was_proved_grows_older_each_second_and_ends_by_itself_without_a_beat()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 1.5);
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await HeardAsync(console);
        await Assertions.Expect(console.Page.Locator("h1")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("Proved closed [1-4] s ago"), new() { Timeout = 5_000 });
        await Assertions.Expect(console.Page.Locator("h1")).ToContainTextAsync("Not proved closed since", new() { Timeout = 8_000 });
        Assert.Equal(0, await console.Page.Locator("header [data-closed].ok").CountAsync());
    }

    [Fact]
    public async Task A_page_on_which_somebody_writes_is_not_loaded_again_but_says_that_it_is_old()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await HeardAsync(console);
        await console.Page.FillAsync("#q", "half a wo");
        plane.World.Refusing = "LedgerUnavailable";
        plane.Beat();
        await Assertions.Expect(console.Page.Locator("#stale")).ToContainTextAsync("not as it was", new() { Timeout = 5_000 });
        Assert.Equal("half a wo", await console.Page.InputValueAsync("#q"));
        Assert.Equal(0, await console.Page.Locator("header .badge.ok").CountAsync());
    }

    [Fact]
    public async Task A_page_that_is_asked_for_while_the_plane_is_away_says_unknown()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        plane.IsSilent = true;
        var answer = await console.GoAsync("/health");
        Assert.Equal(503, answer!.Status);
        Assert.Contains("Enforcement points refuse when it is away", await console.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await console.Page.Locator(".badge.ok").CountAsync());
    }

    // The first beat came to this very page.
    private static async Task HeardAsync(OpenedConsole console) => _ = await console.Page.WaitForFunctionAsync("() => document.querySelector('ob-live')?.shape !== undefined");
}
