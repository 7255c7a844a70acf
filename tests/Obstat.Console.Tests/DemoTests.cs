using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Obstat.Wire.Tests;

namespace Obstat.Console.Tests;

/// <summary>The demo in the browser.</summary>
public sealed partial class DemoTests(Browsers browsers) : IClassFixture<Browsers>
{
    [Fact]
    public async Task The_demo_plays_every_row_in_the_browser_through_killed_planes_on_one_page()
    {
        var said = new StringBuilder();
        var link = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var demo = Process.Start(Ran.StartOf(Path.GetTempPath(), new Dictionary<string, string> { ["NO_COLOR"] = "1", ["DISPLAY"] = "", ["WAYLAND_DISPLAY"] = "" }, Installation.Program, ["demo", "--open"]))!;
        void Hear(object? sender, DataReceivedEventArgs line)
        {
            lock (said)
            {
                _ = said.AppendLine(line.Data);
            }

            if (Link().Match(line.Data ?? "") is { Success: true } found)
            {
                _ = link.TrySetResult(found.Groups[1].Value);
            }
        }

        demo.StandardInput.Close();
        demo.OutputDataReceived += Hear;
        demo.ErrorDataReceived += Hear;
        demo.BeginOutputReadLine();
        demo.BeginErrorReadLine();
        try
        {
            var address = new Uri(await link.Task.WaitAsync(TimeSpan.FromSeconds(60)));
            await using var console = await browsers.OpenAsync(new Uri($"{address.GetLeftPart(UriPartial.Authority)}/"), address.AbsoluteUri);
            await console.ArriveAsync("/demo$");
            _ = await console.Page.EvaluateAsync("() => { window.same = true; window.wentStale = 0; new MutationObserver(() => { if (document.documentElement.classList.contains('stale')) { window.wentStale++; } }).observe(document.documentElement, { attributes: true, attributeFilter: ['class'] }); }");

            await Assertions.Expect(console.Page.Locator("tr[data-live-part] .badge.wait")).ToHaveTextAsync("PLAYING", new() { Timeout = 60_000 });
            await JudgeAsync(console, "while a row is played");

            // The eleventh row is proved when the plane is back: until then this is the page that was opened, which the plane's death did not take away.
            await Assertions.Expect(console.Page.Locator("[data-live-part=row-12] .badge")).ToHaveTextAsync("CLOSED", new() { Timeout = 120_000 });
            Assert.True(await console.Page.EvaluateAsync<bool>("() => window.same === true"), "the page was loaded anew");
            Assert.NotEqual(0, await console.Page.EvaluateAsync<int>("() => window.wentStale"));
            await Assertions.Expect(console.Page.Locator("text=Again, with a new ledger")).ToBeVisibleAsync(new() { Timeout = 60_000 });
            var states = await console.Page.Locator("tr[data-live-part] .badge").AllInnerTextsAsync();
            Assert.Equal(Enumerable.Repeat("CLOSED", 15), states);
            await console.PictureAsync("demo-1440-light.png");
            await Assertions.Expect(console.Page.Locator(".band")).ToHaveCountAsync(1);
            await JudgeAsync(console, "played, with what the thirteenth row halted");
            await console.Page.Locator("[data-live-part=row-10] a.row").ClickAsync();
            await console.ArriveAsync("/e/[0-9]+$");
            await Assertions.Expect(console.Page.Locator(".proof-card")).ToContainTextAsync("IN SIGNED HEAD");
            Assert.Contains("gap", await console.TextAsync(), StringComparison.Ordinal);
            console.HasNothingAgainstIt();
        }
        catch (Exception e) when (e is TimeoutException or PlaywrightException)
        {
            Assert.Fail($"{e.Message}\n{said}");
        }
        finally
        {
            _ = await Ran.ProgramAsync(Path.GetTempPath(), new Dictionary<string, string>(), "kill", "-INT", demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await demo.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.True(demo.ExitCode == 0, $"{demo.ExitCode}\n{said}");
    }

    [Fact]
    public async Task Where_no_demo_runs_there_is_no_page_of_one()
    {
        await using var plane = await PlaneDouble.StartAsync();
        await using var console = await browsers.OpenAsync(plane);
        var answer = await console.GoAsync("/demo");
        Assert.Equal(404, answer!.Status);
        Assert.Contains("No demo runs", await console.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await console.Page.Locator(".rail a[href='/demo']").CountAsync());
    }

    [Fact]
    public async Task Rows_are_filled_in_as_they_end_and_a_row_that_is_open_says_why()
    {
        await using var plane = await PlaneDouble.StartAsync();
        plane.World.Demo = World.DemoOf("closed", "playing", "waiting");
        await using var console = await browsers.OpenAsync(plane);
        await console.GoAsync("/demo");
        await Assertions.Expect(console.Page.Locator("[data-live-part=row-2] .badge")).ToHaveTextAsync("PLAYING");
        plane.World.Demo = World.DemoOf("closed", "open", "playing");
        await Assertions.Expect(console.Page.Locator("[data-live-part=row-2] .badge")).ToHaveTextAsync("OPEN");
        await Assertions.Expect(console.Page.Locator("[data-live-part=row-2]")).ToContainTextAsync("expected NotPermitted, got allow");
        await Assertions.Expect(console.Page.Locator("[data-live-part=row-3] .badge")).ToHaveTextAsync("PLAYING");
        await Assertions.Expect(console.Page.Locator("[data-live-part=sum]")).ToContainTextAsync("1 of 3");
        console.HasNothingAgainstIt();
    }

    private static async Task JudgeAsync(OpenedConsole console, string when)
    {
        var wrong = new List<string>();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await console.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var (violations, incomplete) = await console.AxeAsync();
            wrong.AddRange(violations.Concat(incomplete.Where(i => !Judged.IsKnown("demo", i)).Select(i => $"not judged: {i}")).Select(v => $"{when}, {scheme}: {v}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [GeneratedRegex(@"open +(http://\S+)")]
    private static partial Regex Link();
}
