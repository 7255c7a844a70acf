using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Obstat.Viewer.Tests;

/// <summary>One open page.</summary>
public sealed class OpenedViewer : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenedViewer(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Request += (_, request) =>
        {
            if (!request.IsNavigationRequest)
            {
                Requests.Enqueue(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, fault) => Complaints.Enqueue(fault);
    }

    public IPage Page { get; }

    /// <summary>Requests beside the page itself.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Console errors, policy violations and uncaught exceptions.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Gives trust and files as a person does, and waits for the verdict.</summary>
    public async Task<string> JudgeAsync(string trust, params (string Name, byte[] Bytes)[] files)
    {
        await Page.EvaluateAsync("() => { document.body.dataset.state = 'waiting'; }");
        await Page.EvaluateAsync("value => { document.getElementById('trust').value = value; }", trust);
        await Page.SetInputFilesAsync("#choose", files.Select(file => new FilePayload { Name = file.Name, MimeType = "application/octet-stream", Buffer = file.Bytes }));
        return await VerdictAsync();
    }

    /// <summary>The verdict that stands on the page, once there is one.</summary>
    public async Task<string> VerdictAsync()
    {
        await Page.WaitForFunctionAsync("() => ['verified', 'failed', 'incomplete'].includes(document.body.dataset.state)");
        return (await Page.Locator("#verdict .badge").First.InnerTextAsync()).Trim();
    }

    /// <summary>The status of one check as the page shows it.</summary>
    public async Task<string> StatusAsync(string check) => (await Page.Locator($"#checks [data-id={check}]").GetAttributeAsync("data-status"))!;

    /// <summary>The checks that the page shows as failed, joined by commas.</summary>
    public async Task<string> FailedAsync()
        => string.Join(',', await Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('#checks [data-status=failed]')].map(node => node.dataset.id)"));

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
