using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using Obstat.Conformance.Server;

// What the conformance suite calls, on the official SDK. The first line on standard output is {"listening":"URL"}. Without --stateless: revision 2025-11-25 with sessions; with it: 2026-07-28.
var isStateless = args.Contains("--stateless");
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
var changes = new Changes();
var tools = new Tools(changes);
var answers = new Answers(changes);
var mcp = builder.Services.AddMcpServer(options =>
    {
        options.ServerInfo = new Implementation { Name = "conformance", Version = "1.0.0" };
        options.ProtocolVersion = isStateless ? "2026-07-28" : null;
        options.Capabilities = new ServerCapabilities
        {
            Completions = new CompletionsCapability(),
            Logging = new LoggingCapability(),
            Prompts = new PromptsCapability { ListChanged = true },
            Resources = new ResourcesCapability { Subscribe = true },
            Tools = new ToolsCapability { ListChanged = true },
        };
    })
    .WithHttpTransport(options => options.Stateless = isStateless)
    .WithListToolsHandler((_, _) => ValueTask.FromResult(Offer.Read<ListToolsResult>("tools/list", changes)))
    .WithCallToolHandler(tools.CallAsync)
    .WithListPromptsHandler((_, _) => ValueTask.FromResult(Offer.Read<ListPromptsResult>("prompts/list", changes)))
    .WithGetPromptHandler(answers.PromptAsync)
    .WithListResourcesHandler((_, _) => ValueTask.FromResult(Offer.Read<ListResourcesResult>("resources/list", changes)))
    .WithListResourceTemplatesHandler((_, _) => ValueTask.FromResult(Offer.Read<ListResourceTemplatesResult>("resources/templates/list", changes)))
    .WithReadResourceHandler(Answers.ResourceAsync)
    .WithCompleteHandler((_, _) => ValueTask.FromResult(new CompleteResult { Completion = new Completion { Values = ["paris", "park", "party"], Total = 150, HasMore = false } }))
    .WithSubscribeToResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
    .WithUnsubscribeFromResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
    .WithSetLoggingLevelHandler((_, _) => ValueTask.FromResult(new EmptyResult()));
if (isStateless)
{
    builder.Services.Configure<ModelContextProtocol.Server.McpServerOptions>(options => options.Handlers.SubscriptionsListenHandler = changes.ListenAsync);
}

await using var app = builder.Build();
app.MapMcp("/mcp");
await app.StartAsync();
Console.WriteLine(JsonSerializer.Serialize(new { listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/') + "/mcp" }));
await app.WaitForShutdownAsync();
