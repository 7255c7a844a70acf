using Microsoft.Playwright;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

public sealed class FaceTests(ViewerPage viewer)
{
    private static string Pictures => Path.Combine(Vectors.Root, "tests", "Obstat.Viewer.Tests", "TestResults", "pictures");

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Nothing_scrolls_sideways_in_any_state_and_each_has_its_picture(int width, ColorScheme scheme)
    {
        await using var page = await viewer.OpenAsync(width, scheme);
        await PictureAsync("empty");
        var bundle = new OwnBundle().Open("entry3.request.json").Open("entry4.response.json");
        _ = await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", bundle.Write()));
        await PictureAsync("verified");
        await page.Page.Keyboard.PressAsync("e");
        await PictureAsync("open");
        _ = await page.JudgeAsync("", ("bundle.zip", bundle.Write()));
        await PictureAsync("incomplete");
        _ = await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", bundle.Edit("entries/3.tlog-proof", "A00I7imF", "A00I7imE").Write()));
        await PictureAsync("failed");

        async Task PictureAsync(string state)
        {
            _ = await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{state}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true });
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task The_page_can_be_used_by_keys_alone()
    {
        await using var page = await viewer.OpenAsync();
        _ = await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", new OwnBundle().Write()));
        await page.Page.Keyboard.PressAsync("?");
        Assert.True(await page.Page.Locator("#help").EvaluateAsync<bool>("node => node.open"));
        await page.Page.Keyboard.PressAsync("Escape");
        _ = await page.Page.WaitForFunctionAsync("() => !document.getElementById('help').open"); // the browser closes it in its own time
        await page.Page.Keyboard.PressAsync("j");
        await page.Page.Keyboard.PressAsync("j");
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.True(await page.Page.Locator("[data-id=V02]").EvaluateAsync<bool>("node => node.open"));
        await page.Page.Keyboard.PressAsync("t");
        Assert.Equal("trust", await page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await page.Page.Keyboard.TypeAsync("?");
        Assert.False(await page.Page.Locator("#help").EvaluateAsync<bool>("node => node.open"));
    }

    [Fact]
    public async Task On_paper_every_line_is_open_and_every_digest_is_whole()
    {
        await using var page = await viewer.OpenAsync(width: 794);
        _ = await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", new OwnBundle().Write()));
        await page.Page.EvaluateAsync("() => dispatchEvent(new Event('beforeprint'))");
        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.True(await page.Page.Locator(".lines").First.IsVisibleAsync());
        Assert.Contains("da9ad75743e90807fd96480a858bf053905b970ca47da27d3f526f9aa056cde4", await page.Page.InnerTextAsync("#checks"), StringComparison.Ordinal);
        Assert.False(await page.Page.Locator("#trust").IsVisibleAsync());
        Assert.Contains("0 network requests", await page.Page.InnerTextAsync("footer"), StringComparison.Ordinal);
        _ = await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, "paper.png"), FullPage = true });
        await page.Page.EvaluateAsync("() => dispatchEvent(new Event('afterprint'))");
        Assert.Equal(0, await page.Page.Locator("details.check[open]").CountAsync());
    }

    [Fact]
    public async Task What_the_proof_does_not_say_is_always_on_the_page()
    {
        await using var page = await viewer.OpenAsync(390);
        Assert.True(await page.Page.Locator("#not-proved li").Last.IsVisibleAsync());
        Assert.True(await page.Page.Locator("#not-proved li").CountAsync() >= 7);
        Assert.Equal(16, await page.Page.Locator("#checks .check[data-status='not checked']").CountAsync());
    }

    [Fact]
    public async Task Files_can_be_dropped_anywhere_on_the_page()
    {
        await using var page = await viewer.OpenAsync();
        await page.Page.EvaluateAsync(
            """
            zip => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([obstat.fromBase64(zip, 'zip')], 'bundle.zip'));
              document.querySelector('main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
            }
            """,
            Convert.ToBase64String(new OwnBundle(0).Write()));
        Assert.Equal("INCOMPLETE", await page.VerdictAsync());
    }

    [Fact]
    public async Task Text_of_others_cannot_become_markup_or_hide()
    {
        await using var page = await viewer.OpenAsync();
        _ = await page.JudgeAsync("", ("<b>\u202Ebundle</b>.zip", "hello"u8.ToArray()));
        Assert.Equal("<b>\\u{202e}bundle</b>.zip", await page.Page.InnerTextAsync("#file dt"));
        Assert.Equal(0, await page.Page.Locator("#file b").CountAsync());
    }

    [Fact]
    public async Task Bundles_that_were_put_into_the_page_are_opened_by_a_button_and_the_policy_still_holds()
    {
        var path = Path.Combine(Path.GetTempPath(), $"obstat-proof-{Guid.NewGuid():N}.html");
        var block = $"<script type=\"application/json\" class=\"bundle\" data-name=\"01-transfer\">{Convert.ToBase64String(new OwnBundle(0).Write())}</script>\n";
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(ViewerPage.Html)).Replace("<header>", block + "<header>", StringComparison.Ordinal));
        try
        {
            await using var page = await viewer.OpenAsync(html: path);
            await page.Page.ClickAsync("#embedded button");
            Assert.Equal("INCOMPLETE", await page.VerdictAsync());
            Assert.Equal("verified", await page.StatusAsync("V05"));
            Assert.Empty(page.Complaints);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_changed_script_does_not_run_at_all()
    {
        var path = Path.Combine(Path.GetTempPath(), $"obstat-changed-{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(ViewerPage.Html)).Replace("FAILED", "PASSED", StringComparison.Ordinal));
        try
        {
            await using var page = await viewer.OpenAsync(html: path);
            Assert.Equal("undefined", await page.Page.EvaluateAsync<string>("() => typeof globalThis.obstat"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
