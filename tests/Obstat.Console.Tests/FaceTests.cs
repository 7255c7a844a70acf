using Microsoft.Playwright;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>Every page in both themes and two widths: it can be used by everyone, nothing scrolls sideways, nothing comes from elsewhere.</summary>
public sealed class FaceTests(Browsers browsers) : IClassFixture<Browsers>
{
    /// <summary>Every page, by its address.</summary>
    public static readonly (string Name, string Path)[] Pages =
    [
        ("overview", "/"), ("decisions", "/decisions"), ("decisions-filtered", "/decisions?verdict=deny"), ("entry", "/e/203"), ("entry-allowed", "/e/209"), ("entry-other", "/e/2"), ("executions", "/executions"),
        ("execution", $"/x/{World.Row(200, null, default).Execution}"), ("waterfall", $"/x/{World.Row(200, null, default).Execution}?view=waterfall"), ("graph", $"/x/{World.Row(200, null, default).Execution}?view=graph"),
        ("entries-of", $"/x/{World.Row(200, null, default).Execution}?view=raw"), ("policies", "/policies"), ("tools", "/tools"), ("identities", "/identities"), ("ledger", "/ledger"), ("health", "/health"), ("setup", "/setup"),
        ("point", "/health/points/gateway"), ("leases", "/leases"), ("compare", $"/compare?a={World.Row(200, null, default).Execution}&b={World.Row(203, null, default).Execution}"), ("revoke", "/revoke"), ("revoke-confirm", "/revoke?kind=principal&value=Agent::local:uid:1000&reason=stolen"), ("halt", "/halt"), ("halt-confirm", "/halt?kind=principal&value=Agent::local:uid:1000&reason=seen+twice"), ("reasons", "/reasons"), ("reason", "/reasons/NotPermitted"), ("me", "/me"), ("styleguide", "/styleguide"),
        ("not-there", "/nowhere"), ("not-understood", "/decisions?verdikt=deny"), ("search", "/go?q=pay"),
    ];

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_page_keeps_the_rules_of_access_and_scrolls_in_one_direction(int width, ColorScheme scheme)
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow, false, 1, 15);
        await using var console = await browsers.OpenAsync(plane, width: width, scheme: scheme);
        var wrong = new List<string>();
        foreach (var (name, path) in Pages)
        {
            await console.GoAsync(path);
            await JudgeAsync(console, name, width, scheme, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
        console.HasNothingAgainstIt();
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_state_keeps_the_rules_of_access(int width, ColorScheme scheme)
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane, width: width, scheme: scheme);
        var wrong = new List<string>();
        async Task SeeAsync(string name, string path)
        {
            await console.GoAsync(path);
            await JudgeAsync(console, name, width, scheme, wrong);
        }

        plane.World.IsEmpty = true;
        foreach (var path in (string[])["/", "/decisions", "/decisions?verdict=deny", "/executions", "/setup"])
        {
            await SeeAsync($"empty{path.Replace('/', '-').Replace('?', '-')}", path);
        }

        plane.World.IsEmpty = false;
        plane.World.Halts = [new("h1", "all", $"seen twice {World.Hostile} {new string('w', 300)}", "uid:1000", DateTimeOffset.UtcNow.AddMinutes(-4), false)];
        await SeeAsync("halted", "/");
        await SeeAsync("halted-halt", "/halt");
        plane.World.Halts = [];
        plane.World.Refusing = "PolicyMissing";
        await SeeAsync("refusing", "/");
        await SeeAsync("refusing-policies", "/policies");
        plane.World.Refusing = null;
        plane.World.IsTampered = true;
        foreach (var path in (string[])["/", "/decisions", "/e/203", "/ledger", "/health"])
        {
            await SeeAsync($"tampered{path.Replace('/', '-')}", path);
        }

        plane.World.IsTampered = false;
        plane.World.Troubles =
        [
            new("point gateway", "open", "Fault", "a probe that must have no effect had one"), new("ledger", "failed", null, "entry 203: expected the leaf that the tree holds"),
            new("point edge-2", "silent", null, "no word for 9 s, expected one each 1 s: it is dead, stopped or cut off"), new("signer", "degraded", null, "the working keys end in 40 min"),
        ];
        plane.World.IsSilentPoint = true;
        await SeeAsync("troubles", "/");
        await SeeAsync("troubles-point", "/health/points/gateway");
        plane.World.Troubles = [];
        plane.World.IsSilentPoint = false;
        plane.World.Proved = new ProvedView(DateTimeOffset.UtcNow.AddMinutes(-1), true, 1, 15);
        await SeeAsync("open", "/");
        plane.World.Demo = World.DemoOf("closed", "open", "playing", "waiting");
        await SeeAsync("demo", "/demo");
        plane.World.IsBusy = true;
        await SeeAsync("busy", "/decisions");
        plane.World.IsBusy = false;
        plane.IsSilent = true;
        await SeeAsync("silent", "/decisions");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    private static async Task JudgeAsync(OpenedConsole console, string name, int width, ColorScheme scheme, List<string> wrong)
    {
        await console.PictureAsync($"{name}-{width}-{scheme}.png");
        var wide = await console.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
        if (wide > width)
        {
            wrong.Add($"{name}: {wide} pixels wide, expected {width}");
        }

        if (width < 1024 && scheme == ColorScheme.Dark && name != "halted")
        {
            return; // its colours were judged on the wide page, its order on the light one
        }

        var (violations, incomplete) = await console.AxeAsync();
        wrong.AddRange(violations.Select(v => $"{name}: {v}"));
        wrong.AddRange(incomplete.Where(i => !Judged.IsKnown(name, i)).Select(i => $"{name}: not judged: {i}"));
    }
}
