using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Obstat.Console.Parts;

namespace Obstat.Console.Serving;

/// <summary>Renders a page whole, in its frame, and sends it: nothing half made reaches a reader.</summary>
internal sealed class PageWriter(ILoggerFactory loggers) : IAsyncDisposable
{
    private const int SheetsMax = 16;
    private const int SheetBytesMax = 1024 * 1024;

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly ConcurrentBag<Utf8Writer> _sheets = [];

    /// <summary>Sends a page of the console.</summary>
    public Task SendAsync<TPage>(HttpResponse response, int status, Facts facts, params (string Name, object? Value)[] parameters)
        where TPage : IComponent => SendAsync<Frame, TPage>(response, status, facts, [], parameters);

    /// <summary>Sends a page in a frame, which gets more than what every page knows.</summary>
    public async Task SendAsync<TFrame, TPage>(
        HttpResponse response, int status, Facts facts, (string Name, object? Value)[] more, params (string Name, object? Value)[] parameters)
        where TFrame : IComponent
        where TPage : IComponent
    {
        var sheet = _sheets.TryTake(out var used) ? used : new Utf8Writer();
        await RenderAsync<TFrame, TPage>(sheet, facts, more, parameters);
        response.StatusCode = status;
        await Replies.BytesAsync(response.HttpContext, sheet.Written, "text/html; charset=utf-8");
        if (_sheets.Count < SheetsMax && sheet.Capacity <= SheetBytesMax)
        {
            sheet.Clear();
            _sheets.Add(sheet);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task RenderAsync<TFrame, TPage>(Utf8Writer sheet, Facts facts, (string Name, object? Value)[] more, (string Name, object? Value)[] parameters)
        where TFrame : IComponent
        where TPage : IComponent
    {
        RenderFragment body = builder =>
        {
            builder.OpenComponent<TPage>(0);
            foreach (var (name, value) in parameters)
            {
                builder.AddComponentParameter(1, name, value);
            }

            builder.CloseComponent();
        };
        await using var renderer = new HtmlRenderer(_services, loggers);
        await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var given = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(Frame.Facts)] = facts, [nameof(Frame.Body)] = body };
            foreach (var (name, value) in more)
            {
                given[name] = value;
            }

            var root = await renderer.RenderComponentAsync<TFrame>(ParameterView.FromDictionary(given));
            root.WriteHtmlTo(sheet);
        });
    }
}
