using Microsoft.Playwright;
using Obstat.Wire.Tests;

namespace Obstat.Console.Tests;

/// <summary>Through the built programs: plane, gateway, a real tool server of others, the command line, and a browser.</summary>
public sealed class NewcomerTests(Browsers browsers) : IClassFixture<Browsers>
{
    private static readonly string[] Pages = ["/", "/decisions", "/executions", "/policies", "/tools", "/identities", "/ledger", "/health", "/setup", "/halt", "/reasons", "/me", "/leases", "/health/points/gateway", "/revoke"];

    [Fact]
    public async Task A_newcomer_goes_from_the_first_refusal_to_a_permission_whose_proof_verifies()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await using var plane = await BuiltPlane.InitAsync("read-only");
        var (installation, tree) = (plane.Installation, Directory.CreateDirectory(Path.Combine(plane.Installation.Folder, "tree")).FullName);
        _ = (await installation.RunAsync("mcp", "add", "files", "--approve", "all", "--class", "read_text_file=read", "--", NodePrograms.Node, NodePrograms.Filesystem, tree)).MustExit(0);
        await using var console = await browsers.OpenAsync(plane.Home, await plane.UpAsync());
        await console.GoAsync("/setup");
        Assert.Contains("Waiting for the first call", await console.TextAsync(), StringComparison.Ordinal);

        await console.GoAsync("/decisions");
        await using var client = await installation.WrapAsync("files");
        object write = new { path = Path.Combine(tree, "b.txt"), content = "x" };
        Assert.True((await client.CallAsync("write_file", write)).GetProperty("isError").GetBoolean());
        var row = console.Page.Locator("[data-live-rows] tr", new() { HasText = "files/write_file" });
        await Assertions.Expect(row).ToContainTextAsync("DENIED");
        await row.Locator("a.row").ClickAsync();
        await Assertions.Expect(console.Page.Locator(".proof-card")).ToContainTextAsync("IN SIGNED HEAD");
        await console.PictureAsync("readme-entry.jpg", isWhole: false);
        var entry = await console.TextAsync();
        Assert.Contains("It did not run.", entry, StringComparison.Ordinal);
        Assert.Contains("b.txt", entry, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(tree, "b.txt")));

        _ = (await installation.RunAsync("policy", "suggest", "--from", "denials", "--to", "draft")).MustExit(0);
        foreach (var file in Directory.GetFiles(Path.Combine(installation.Folder, "draft"), "*.cedar"))
        {
            File.Copy(file, Path.Combine(installation.Folder, "policies", Path.GetFileName(file)), overwrite: true);
        }

        _ = (await installation.RunAsync("policy", "activate")).MustExit(0);
        await console.GoAsync("/policies");
        Assert.Contains("write_file", await console.TextAsync(), StringComparison.Ordinal);
        var written = await client.CallAsync("write_file", write);
        Assert.False(written.TryGetProperty("isError", out var failed) && failed.GetBoolean(), written.ToString());
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(tree, "b.txt")));

        await console.GoAsync("/decisions?verdict=allow");
        await console.Page.Mouse.MoveAsync(0, 0); // rows that come stay away while a hand is on the list
        await console.PictureAsync("readme-decisions.jpg", isWhole: false);
        await console.Page.Locator("[data-live-rows] tr", new() { HasText = "files/write_file" }).Locator("a.row").ClickAsync();
        await Assertions.Expect(console.Page.Locator(".sentence")).ToContainTextAsync("Allowed");
        await console.Page.ClickAsync("text=Verify in the proof viewer");
        await console.Page.FillAsync("#trust", (await installation.RunAsync("status", "--output", "json")).MustExit(0).Json.GetProperty("logKey").GetString()!);
        await console.Page.ClickAsync("#embedded button");
        _ = await console.Page.WaitForFunctionAsync("() => ['verified', 'failed', 'incomplete'].includes(document.body.dataset.state)");
        Assert.Empty(await console.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('#checks [data-status=failed]')].map(n => n.dataset.id)"));
        foreach (var check in (string[])["V03", "V04", "V05", "V06", "V09"])
        {
            Assert.Equal("verified", await console.Page.Locator($"#checks [data-id={check}]").GetAttributeAsync("data-status"));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        await console.GoAsync("/decisions?action=mcp.tools%2Fcall");
        var (newest, first) = ((await console.Page.Locator("a.row").First.GetAttributeAsync("href"))!, (await console.Page.Locator("a.row").Last.GetAttributeAsync("href"))!);
        var (one, other) = (await ExecutionOfAsync(console, newest), await ExecutionOfAsync(console, first));
        await EveryPageAsync(console, [.. Pages, newest, $"/x/{one}", $"/x/{one}?view=waterfall", $"/x/{one}?view=graph", $"/x/{one}?view=raw", $"/compare?a={one}&b={other}"]);
        foreach (var (file, holds) in ((string, string)[])[("lineage.json", one), ("lineage.dot", one), ("lineage.svg", "files/write_file"), ("prov.json", one), ("openlineage.ndjson", "mcp.tools/call")])
        {
            var answer = await console.Page.APIRequest.GetAsync(new Uri(plane.Home, $"/x/{one}/{file}").AbsoluteUri);
            Assert.True(answer.Status == 200 && (await answer.TextAsync()).Contains(holds, StringComparison.Ordinal), $"{file}: {answer.Status}: {await answer.TextAsync()}");
        }

        console.HasNothingAgainstIt();
    }

    [Fact]
    public async Task A_halt_in_the_pages_stops_everything_and_a_killed_plane_is_told_at_once()
    {
        await using var plane = await BuiltPlane.InitAsync("read-only");
        var (installation, tree) = (plane.Installation, Directory.CreateDirectory(Path.Combine(plane.Installation.Folder, "tree")).FullName);
        await File.WriteAllTextAsync(Path.Combine(tree, "a.txt"), "a");
        _ = (await installation.RunAsync("mcp", "add", "files", "--approve", "all", "--class", "read_text_file=read", "--", NodePrograms.Node, NodePrograms.Filesystem, tree)).MustExit(0);
        var link = await plane.UpAsync();
        await using (var stopper = await browsers.OpenAsync(plane.Home, await plane.LinkAsync("operator"), hasScripts: false))
        {
            await stopper.GoAsync("/halt?kind=all&reason=tried+out");
            await stopper.Page.FillAsync("#confirm", "ALL");
            await stopper.Page.ClickAsync("button:has-text('Halt now')");
            await stopper.ArriveAsync("/halt/done");
            Assert.Contains("recorded", await stopper.TextAsync(), StringComparison.Ordinal);
        }

        await using var client = await installation.WrapAsync("files");
        Assert.False(client.Connected && !(await client.CallAsync("read_text_file", new { path = Path.Combine(tree, "a.txt") })).ToString().Contains("Halted", StringComparison.Ordinal));
        await using var console = await browsers.OpenAsync(plane.Home, link);
        await Assertions.Expect(console.Page.Locator(".band").First).ToContainTextAsync("tried out");
        await console.GoAsync("/decisions");
        _ = await console.Page.WaitForFunctionAsync("() => document.querySelector('ob-live')?.shape !== undefined");

        System.Diagnostics.Process.GetProcessById(installation.PartId("Obstat.Server")!.Value).Kill();
        await Assertions.Expect(console.Page.Locator("#stale")).ToBeVisibleAsync(new() { Timeout = 5_000 });
        Assert.Equal(0, await console.Page.Locator("header .badge.ok").CountAsync());

        // Started again it knows no session of before: the page leads to the login by itself.
        await console.ArriveAsync("/login", seconds: 60);
        await using var again = await browsers.OpenAsync(plane.Home, await plane.LinkAsync("viewer"));
        await Assertions.Expect(again.Page.Locator(".band").First).ToContainTextAsync("tried out");
    }

    private static async Task<string> ExecutionOfAsync(OpenedConsole console, string entry)
    {
        await console.GoAsync(entry);
        return (await console.Page.Locator("a[href^='/x/']").First.GetAttributeAsync("href"))![3..];
    }

    private static async Task EveryPageAsync(OpenedConsole console, string[] pages)
    {
        var wrong = new List<string>();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await console.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (var path in pages)
            {
                var answer = await console.GoAsync(path);
                Assert.True(answer!.Status == 200, $"{path}: {answer.Status}: {await console.TextAsync()}");
                var name = path.Contains("view=graph", StringComparison.Ordinal) ? "graph" : path.TrimStart('/');
                var (violations, incomplete) = await console.AxeAsync();
                wrong.AddRange(violations.Concat(incomplete.Where(i => !Judged.IsKnown(name, i))).Select(v => $"{path} {scheme}: {v}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
