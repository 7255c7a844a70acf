using System.Text;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>What must work in any browser: the kill switch, the list, an entry, the login.</summary>
public sealed class ScriptlessTests(Browsers browsers) : IClassFixture<Browsers>
{
    [Fact]
    public async Task Everything_is_halted_without_a_script_and_the_result_is_told()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, Role.Operator, hasScripts: false);
        await console.GoAsync("/halt");
        await console.Page.CheckAsync("input[value=all]");
        await console.Page.FillAsync("#reason", "an agent pays twice");
        await console.Page.ClickAsync("button:has-text('Show what it ends')");
        Assert.Empty(plane.Halted);
        Assert.Contains("1 lease", await console.TextAsync(), StringComparison.Ordinal);
        await console.Page.FillAsync("#confirm", "ALL");
        await console.Page.ClickAsync("button:has-text('Halt now')");
        await console.ArriveAsync(@"/halt/done\?");
        Assert.Equal(new HaltRequest("all", "all", "an agent pays twice"), Assert.Single(plane.Halted));
        var text = await console.TextAsync();
        Assert.Contains("entry 813", text, StringComparison.Ordinal);
        Assert.Contains("an agent pays twice", await console.TextAsync("body"), StringComparison.Ordinal);
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task A_principal_is_revoked_without_a_script_and_everything_is_not()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, Role.Operator, hasScripts: false);
        await console.GoAsync("/identities");
        await console.Page.ClickAsync("a[href*='/revoke?kind=principal']");
        Assert.Equal("Agent::local:uid:1000", await console.Page.InputValueAsync("#value"));
        Assert.Equal(0, await console.Page.Locator("input[value=all]").CountAsync());
        await console.Page.FillAsync("#reason", "stolen");
        await console.Page.ClickAsync("button:has-text('Show what it ends')");
        Assert.Contains("for ever", await console.TextAsync(), StringComparison.Ordinal);
        await console.Page.FillAsync("#confirm", "Agent::local:uid:1000");
        await console.Page.ClickAsync("button:has-text('Revoke for ever')");
        await console.ArriveAsync(@"/revoke/done\?");
        Assert.Equal(new HaltRequest("principal", "Agent::local:uid:1000", "stolen"), Assert.Single(plane.Revoked));
        Assert.Empty(plane.Halted);
        Assert.Contains("entry 813", await console.TextAsync(), StringComparison.Ordinal);
        await console.GoAsync(console.Page.Url.Replace("813", "814", StringComparison.Ordinal));
        Assert.DoesNotContain("REVOKED", await console.TextAsync(), StringComparison.Ordinal);
        using var person = new Person(plane);
        await person.LoginAsync(Role.Operator);
        using var all = await person.PostAsync("/revoke", new() { ["seal"] = await person.SealAsync(), ["kind"] = "all", ["reason"] = "x", ["confirm"] = "ALL" });
        Assert.StartsWith("/revoke?", all.Headers.Location!.ToString(), StringComparison.Ordinal);
        _ = Assert.Single(plane.Revoked);
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task A_page_without_scripts_never_shows_the_colour_of_what_is_well_for_the_plane()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane, Role.Operator, hasScripts: false);
        foreach (var page in (string[])["/halt", "/revoke"])
        {
            await console.GoAsync(page);
            Assert.Equal(0, await console.Page.Locator("header .badge.ok").CountAsync());
            Assert.Contains("UTC: Proved closed", await console.TextAsync("header"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/decisions")]
    [InlineData("/health")]
    public async Task Where_scripts_are_off_a_page_says_as_of_when_it_is_and_a_reload_of_a_plane_that_is_away_fails_visibly(string path)
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane, hasScripts: false);
        await console.GoAsync(path);
        Assert.Matches("as of [0-9:]{8} UTC, not live", await console.TextAsync("header .chips"));
        var colours = await console.Page.Locator("header .badge.ok, .headline.ok > .glyph").EvaluateAllAsync<string[]>("all => all.map(e => getComputedStyle(e).color)");
        Assert.NotEmpty(colours);
        Assert.All(colours, colour => Assert.Equal("rgb(95, 104, 117)", colour));
        plane.IsSilent = true;
        var again = await console.Page.ReloadAsync();
        Assert.Equal(503, again!.Status);
        Assert.StartsWith("UNKNOWN", await console.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await console.Page.Locator(".badge.ok").CountAsync());
    }

    [Fact]
    public async Task A_halt_whose_scope_was_not_typed_exactly_does_not_happen()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, hasScripts: false);
        await console.GoAsync("/halt?kind=principal&value=Agent::a&reason=x");
        await console.Page.FillAsync("#confirm", "agent::a");
        await console.Page.ClickAsync("button:has-text('Halt now')");
        await console.ArriveAsync(@"/halt\?.*again=1$");
        Assert.Empty(plane.Halted);
    }

    [Fact]
    public async Task The_page_of_the_kill_switch_has_no_script_and_weighs_little()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Owner);
        var html = await person.TextAsync("/halt");
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, 15 * 1024);
    }

    [Fact]
    public async Task The_list_is_narrowed_and_an_entry_is_read_without_a_script()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, hasScripts: false);
        await console.GoAsync("/decisions");
        await console.Page.ClickAsync(".facets a:has-text('NotPermitted')");
        Assert.Contains("reason=NotPermitted", console.Page.Url, StringComparison.Ordinal);
        await console.Page.Locator("a.row").First.ClickAsync();
        var text = await console.TextAsync();
        Assert.Contains("It did not run.", text, StringComparison.Ordinal);
        Assert.Contains("IN SIGNED HEAD", text, StringComparison.Ordinal);
        Assert.Contains("pay-small", text, StringComparison.Ordinal);
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task Facets_are_open_on_a_wide_screen_and_fold_on_a_narrow_one()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var wide = await browsers.OpenAsync(plane, hasScripts: false);
        await wide.GoAsync("/decisions");
        Assert.True(await wide.Page.Locator(".facets a").First.IsVisibleAsync());
        await using var narrow = await browsers.OpenAsync(plane, width: 390, hasScripts: false);
        await narrow.GoAsync("/decisions");
        Assert.False(await narrow.Page.Locator(".facets a").First.IsVisibleAsync());
        await narrow.Page.ClickAsync("summary:has-text('Filters')");
        Assert.True(await narrow.Page.Locator(".facets a").First.IsVisibleAsync());
    }
}
