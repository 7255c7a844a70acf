using System.Text;
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
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    /// <summary>Sends a page of the console.</summary>
    public Task SendAsync<TPage>(HttpResponse response, int status, Facts facts, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
        where TPage : IComponent => SendAsync<Frame, TPage>(response, status, facts, [], cancellation, parameters);

    /// <summary>Sends a page in a frame, which gets more than what every page knows.</summary>
    public async Task SendAsync<TFrame, TPage>(
        HttpResponse response, int status, Facts facts, (string Name, object? Value)[] more, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
        where TFrame : IComponent
        where TPage : IComponent
    {
        var text = await RenderAsync<TFrame, TPage>(facts, more, parameters);
        response.StatusCode = status;
        await Replies.BytesAsync(response.HttpContext, Encoding.UTF8.GetBytes(text), "text/html; charset=utf-8");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task<string> RenderAsync<TFrame, TPage>(Facts facts, (string Name, object? Value)[] more, (string Name, object? Value)[] parameters)
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
        await using var text = new StringWriter();
        await using var renderer = new HtmlRenderer(_services, loggers);
        await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var given = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(Frame.Facts)] = facts, [nameof(Frame.Body)] = body };
            foreach (var (name, value) in more)
            {
                given[name] = value;
            }

            var root = await renderer.RenderComponentAsync<TFrame>(ParameterView.FromDictionary(given));
            root.WriteHtmlTo(text);
        });
        return text.ToString();
    }
}
