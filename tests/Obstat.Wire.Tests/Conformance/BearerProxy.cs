using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Obstat.Wire.Tests.Conformance;

/// <summary>Gives a bearer to clients that know of none, on the way to the gate at a host and port: everything else passes as it came, streams as they flow.</summary>
internal sealed class BearerProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private readonly string _token;

    private BearerProxy(WebApplication app, string token) => (_app, _token) = (app, token);

    public string Address { get; private set; } = "";

    public static async Task<BearerProxy> StartAsync(string gate, string token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var proxy = new BearerProxy(builder.Build(), token);
        proxy._app.Run(context => proxy.PassAsync(context, gate));
        await proxy._app.StartAsync();
        proxy.Address = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task PassAsync(HttpContext context, string gate)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"http://{gate}{context.Request.Path}");
        if (context.Request.Method == "POST")
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", (string?)context.Request.Headers.ContentType);
        }

        var described = context.Request.Headers.Keys.Where(k => k.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase));
        foreach (var name in described.Concat(["Accept", "Origin", "Last-Event-ID"]))
        {
            if (context.Request.Headers.TryGetValue(name, out var value))
            {
                request.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        // Its own names become the gate's; a name of somebody else stays what it is.
        var port = new Uri(Address).Port;
        request.Headers.Host = context.Request.Host.Value == $"127.0.0.1:{port}" || context.Request.Host.Value == $"localhost:{port}" ? gate : context.Request.Host.Value;
        if ((string?)context.Request.Headers.Origin == $"http://127.0.0.1:{port}" || (string?)context.Request.Headers.Origin == $"http://localhost:{port}")
        {
            request.Headers.Remove("Origin");
            request.Headers.TryAddWithoutValidation("Origin", $"http://{gate}");
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(h => h.Key is "Mcp-Session-Id" or "Content-Type"))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await using var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        await context.Response.StartAsync();
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
