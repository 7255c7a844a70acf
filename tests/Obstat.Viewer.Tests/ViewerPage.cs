using Microsoft.Playwright;
using Obstat.Tests;

[assembly: AssemblyFixture(typeof(Obstat.Viewer.Tests.ViewerPage))]

namespace Obstat.Viewer.Tests;

/// <summary>
/// The real page in a real Chromium, one for all tests, opened from disk. Every request that is not the page itself and every console error is kept for the test to judge.
/// Where Chromium is absent the test skips with that reason; with <c>OBSTAT_REQUIRE_BROWSER=1</c> it fails.
/// </summary>
public sealed class ViewerPage : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string Html => Path.Combine(Vectors.Root, "viewer", "verify.html");

    private static string? Chromium => new[] { Environment.GetEnvironmentVariable("OBSTAT_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Chromium is { } path)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens the page offline in a fresh context.</summary>
    public async Task<OpenedViewer> OpenAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light, string? html = null, string fragment = "")
    {
        const string Reason = "Chromium not found (apt-get install chromium, or set OBSTAT_CHROMIUM)";
        if (_browser is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_BROWSER") == "1", Reason);
            Assert.Fail(Reason);
        }

        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, Offline = true });
        var page = await context.NewPageAsync();
        var opened = new OpenedViewer(context, page);
        await page.GotoAsync(new Uri(html ?? Html).AbsoluteUri + fragment);
        return opened;
    }
}
