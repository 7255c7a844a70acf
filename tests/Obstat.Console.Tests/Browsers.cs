using Microsoft.Playwright;
using Obstat.Console.Api;
using Obstat.Tests;

namespace Obstat.Console.Tests;

/// <summary>
/// The pages in a real Chromium. Every request to elsewhere, every policy violation and console error is kept and judged when a page is left.
/// Where Chromium is absent the tests skip with that reason; with <c>OBSTAT_REQUIRE_BROWSER=1</c> they fail.
/// </summary>
public sealed class Browsers : IAsyncLifetime
{
    private static readonly TimeSpan ClosingMax = TimeSpan.FromSeconds(30);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The rules of axe-core; null where npm's packages are not installed.</summary>
    public static string? Axe { get; } = Path.Combine(Vectors.Root, "tests", "npm", "node_modules", "axe-core", "axe.min.js") is var path && File.Exists(path) ? File.ReadAllText(path) : null;

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
            await CloseAsync(_browser);
        }

        _playwright?.Dispose();
    }

    /// <summary>Closes a browser or somebody's part of it. One that does not answer, with pages of a plane that is gone, ends with the process that drives it.</summary>
    internal static async ValueTask CloseAsync(IAsyncDisposable opened)
    {
        try
        {
            await opened.DisposeAsync().AsTask().WaitAsync(ClosingMax);
        }
        catch (TimeoutException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{opened.GetType().Name} did not close within {ClosingMax}");
        }
    }

    /// <summary>Opens a browser of somebody who came by a link of that role; <see cref="Role.None"/>: who is not logged in.</summary>
    internal Task<OpenedConsole> OpenAsync(PlaneDouble plane, Role role = Role.Owner, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool hasScripts = true)
        => OpenAsync(plane.Address, role == Role.None ? null : plane.Link(role), width, scheme, hasScripts);

    /// <summary>Opens a browser on pages that stand elsewhere, by a link.</summary>
    internal async Task<OpenedConsole> OpenAsync(Uri home, string? link, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool hasScripts = true)
    {
        const string Reason = "Chromium not found (apt-get install chromium, or set OBSTAT_CHROMIUM)";
        if (_browser is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_BROWSER") == "1", Reason);
            Assert.Fail(Reason);
        }

        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, JavaScriptEnabled = hasScripts, AcceptDownloads = true });
        var opened = new OpenedConsole(context, await context.NewPageAsync(), home);
        if (link is not null)
        {
            await opened.Page.GotoAsync(link);
        }

        return opened;
    }
}
