using Microsoft.Playwright;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>By keys alone.</summary>
public sealed class KeyTests(Browsers browsers) : IClassFixture<Browsers>
{
    [Fact]
    public async Task A_refusal_is_found_and_its_cause_read_by_keys()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/");
        await PressAsync(console, "g", "d");
        await console.ArriveAsync("/decisions$");
        await PressAsync(console, "j", "j", "Enter");
        await console.ArriveAsync("/e/[0-9]+$");
        await PressAsync(console, "/");
        await console.Page.Keyboard.TypeAsync("NotPermitted");
        await PressAsync(console, "Enter");
        await console.ArriveAsync("/reasons/NotPermitted$");
        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task Keys_are_listed_do_nothing_while_somebody_writes_and_can_be_switched_off()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/decisions");
        await PressAsync(console, "?");
        await Assertions.Expect(console.Page.Locator("#keys")).ToBeVisibleAsync();
        await PressAsync(console, "Escape");
        await console.Page.FocusAsync("#q");
        await PressAsync(console, "g", "h");
        Assert.Equal("gh", await console.Page.InputValueAsync("#q"));
        await console.GoAsync("/me");
        await console.Page.UncheckAsync("input[name=keys]");
        await console.Page.ClickAsync("button:has-text('Keep')");
        await console.GoAsync("/decisions");
        await PressAsync(console, "?");
        await Assertions.Expect(console.Page.Locator("#keys")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Everything_is_halted_by_keys()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, Role.Operator);
        await console.GoAsync("/halt");
        await console.Page.FocusAsync("input[value=execution]");
        await PressAsync(console, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Tab", "Tab");
        await console.Page.Keyboard.TypeAsync("by keys");
        await PressAsync(console, "Enter");
        await console.ArriveAsync(@"/halt\?kind=all");
        await Assertions.Expect(console.Page.Locator("#confirm")).ToBeFocusedAsync();
        await console.Page.Keyboard.TypeAsync("ALL");
        await PressAsync(console, "Enter");
        await console.ArriveAsync(@"/halt/done\?");
        Assert.Equal("by keys", Assert.Single(plane.Halted).Reason);
    }

    [Fact]
    public async Task The_kill_switch_is_two_keys_away_from_the_page_of_health()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane, Role.Operator);
        for (var i = 0; i < 8; i++)
        {
            await console.GoAsync("/health");
            await PressAsync(console, "g", "k");
            await console.ArriveAsync("/halt$");
        }

        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task The_first_stop_leads_past_the_navigation()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/decisions");
        await PressAsync(console, "Tab", "Enter");
        Assert.Equal("main", await console.Page.EvaluateAsync<string>("() => document.activeElement.id"));
    }

    [Fact]
    public async Task A_digest_is_whole_where_it_is_focused_and_on_paper()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/e/203");
        var digest = console.Page.Locator(".digest").First;
        await digest.FocusAsync();
        Assert.True((await digest.Locator(".whole").BoundingBoxAsync())!.Width > 40);
        await console.Page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Contains(World.Hex(3), await console.TextAsync(".proof-card"), StringComparison.Ordinal);
    }

    private static async Task PressAsync(OpenedConsole console, params string[] keys)
    {
        foreach (var key in keys)
        {
            await console.Page.Keyboard.PressAsync(key);
        }
    }
}
