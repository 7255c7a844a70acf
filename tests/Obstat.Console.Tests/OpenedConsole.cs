using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Obstat.Console.Tests;

/// <summary>A browser on the pages.</summary>
internal sealed class OpenedConsole : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _home;

    public OpenedConsole(IBrowserContext context, IPage page, Uri home)
    {
        (_context, Page, _home) = (context, page, home);
        page.SetDefaultTimeout(10_000);
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not "data" } url && url.Authority != home.Authority)
            {
                Elsewhere.Enqueue(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, fault) => Complaints.Enqueue(fault);
    }

    public IPage Page { get; }

    /// <summary>Requests to anywhere else.</summary>
    public ConcurrentQueue<string> Elsewhere { get; } = new();

    /// <summary>Policy violations, console errors, uncaught exceptions.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public Task<IResponse?> GoAsync(string path) => Page.GotoAsync(new Uri(_home, path).AbsoluteUri, new() { WaitUntil = WaitUntilState.Load });

    /// <summary>Waits until the page is at an address and loaded. It may be there before: waiting for the step to it would miss that.</summary>
    /// <param name="pattern">A regular expression that the address has.</param>
    /// <param name="seconds">How long at most.</param>
    public async Task ArriveAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, int seconds = 20)
    {
        await Assertions.Expect(Page).ToHaveURLAsync(new Regex(pattern), new() { Timeout = seconds * 1000 });
        await Page.WaitForLoadStateAsync(LoadState.Load);
    }

    public Task<string> TextAsync(string selector = "main") => Page.InnerTextAsync(selector);

    /// <summary>What axe-core finds wrong, all rules of WCAG 2.0 to 2.2 A and AA, none disabled; and what it could not judge.</summary>
    public async Task<(string[] Violations, string[] Incomplete)> AxeAsync()
    {
        Assert.SkipWhen(Browsers.Axe is null, "npm package axe-core is not installed");
        _ = await Page.EvaluateAsync(Browsers.Axe!);
        var found = (await Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              scrollTo(0, 0); // what is scrolled under the bar is covered by it, and cannot be judged there
              const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
              const lines = list => list.flatMap(r => r.nodes.map(n => `${r.id}: ${n.target.join(' ')}: ${(n.failureSummary || '').replaceAll('\n', ' ')}`));
              return { violations: lines(found.violations), incomplete: lines(found.incomplete) };
            }
            """));
        return ([.. found.GetProperty("violations").EnumerateArray().Select(v => v.GetString()!)], [.. found.GetProperty("incomplete").EnumerateArray().Select(v => v.GetString()!)]);
    }

    /// <summary>With <c>OBSTAT_PICTURES=1</c> what is seen is left in <c>TestResults/pictures</c>.</summary>
    public async Task PictureAsync(string name, bool isWhole = true)
    {
        if (Environment.GetEnvironmentVariable("OBSTAT_PICTURES") == "1")
        {
            var path = Path.Combine(Obstat.Tests.Vectors.Root, "tests", "Obstat.Console.Tests", "TestResults", "pictures", name.ToLowerInvariant());
            await Page.ScreenshotAsync(path.EndsWith(".jpg", StringComparison.Ordinal) ? new() { Path = path, FullPage = isWhole, Quality = 80 } : new() { Path = path, FullPage = isWhole });
        }
    }

    /// <summary>Nothing came from elsewhere and nothing was complained of.</summary>
    public void HasNothingAgainstIt()
    {
        Assert.Empty(Elsewhere);
        Assert.Empty(Complaints);
    }

    public ValueTask DisposeAsync() => Browsers.CloseAsync(_context);
}
