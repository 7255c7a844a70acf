using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;

namespace Obstat.Samples.Payments;

/// <summary>The server over Streamable HTTP.</summary>
public static class HttpHost
{
    /// <summary>Serves until the process is told to end. The first line on standard output is <c>{"listening":"URL"}</c>.</summary>
    public static async Task RunAsync(Arguments arguments, Implementation info, PaymentsHandlers handlers, Journal journal)
    {
        var url = arguments.Http!;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Critical);
        _ = builder.WebHost.UseSetting("urls", url.GetLeftPart(UriPartial.Authority));
        builder.Services.AddMcpServer(options => options.ServerInfo = info)
            .WithHttpTransport(options => options.Stateless = arguments.Stateless)
            .WithListToolsHandler((request, cancellation) => handlers.ListAsync(request, cancellation))
            .WithCallToolHandler((request, cancellation) => handlers.CallAsync(request, cancellation));
        await using var app = builder.Build();
        if (arguments.JournalRequests)
        {
            app.Use(next => context => RecordAsync(context, next, journal));
        }

        app.MapMcp(url.AbsolutePath);
        await app.StartAsync();
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(JsonSerializer.Serialize(new { listening = bound.TrimEnd('/') + url.AbsolutePath }));
        await app.WaitForShutdownAsync();
    }

    private static async Task RecordAsync(HttpContext context, RequestDelegate next, Journal journal)
    {
        var request = context.Request;
        request.EnableBuffering();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        request.Body.Position = 0;
        var headers = new JsonObject();
        foreach (var (name, values) in request.Headers)
        {
            headers[name] = new JsonArray([.. values.Select(value => (JsonNode?)value)]);
        }

        journal.Request(Encoding.UTF8.GetString(body.ToArray()), new JsonObject
        {
            ["method"] = request.Method,
            ["target"] = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
            ["protocol"] = request.Protocol,
            ["headers"] = headers,
        });
        await next(context);
    }
}
