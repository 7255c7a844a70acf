namespace Obstat.Viewer.Tests;

/// <summary>One page for all cases of a class, which give it one file after the other as a person does: what the case before left there must not count.</summary>
public sealed class KeptPage(ViewerPage viewer) : IAsyncDisposable
{
    private OpenedViewer? _page;

    public async Task<OpenedViewer> OpenAsync() => _page ??= await viewer.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
        {
            await _page.DisposeAsync();
        }
    }
}
