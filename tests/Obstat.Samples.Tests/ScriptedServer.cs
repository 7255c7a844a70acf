using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Obstat.Samples.Tests;

/// <summary>An HTTP endpoint that answers each request message with what the test says; null is 401.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<string> Authorizations { get; } = new();

    public string Url => _app.Urls.First() + "/mcp";

    public static async Task<ScriptedServer> StartAsync(Func<JsonObject, JsonObject?> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new ScriptedServer(builder.Build());
        server._app.MapPost("/mcp", async context =>
        {
            server.Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
            var message = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
            if (message["id"] is null)
            {
                context.Response.StatusCode = 202;
            }
            else if (answer(message) is { } reply)
            {
                reply["jsonrpc"] = "2.0";
                reply["id"] = message["id"]!.DeepClone();
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(reply.ToJsonString());
            }
            else
            {
                context.Response.StatusCode = 401;
            }
        });
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
