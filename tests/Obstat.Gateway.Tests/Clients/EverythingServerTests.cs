using System.Net.Http.Headers;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Obstat.Gateway.Tests.Http;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The reference server that uses every part of the protocol, behind the gate: what is permitted works as it does without the gate.</summary>
public sealed class EverythingServerTests
{
    private readonly FakeDoor _door = new() { PermitsAll = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Honest_traffic_goes_through(bool http)
    {
        using var server = http ? new ReferenceServer() : null;
        Func<IUpstream> upstream = server is null ? () => new ChildUpstream(() => ReferenceServer.Program, TimeProvider.System) : () => new HttpUpstream(server.Url, TimeProvider.System);
        var tools = await ReferenceServer.PinAsync(_door, upstream());
        await using var gate = await HttpGate.StartAsync(_door, upstream);
        using var handler = new NamedHost(new SocketsHttpHandler { UseProxy = false });
        using var web = new HttpClient(handler);
        web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        var progress = new List<ProgressNotificationValue>();
        var options = new HttpClientTransportOptions { Endpoint = new Uri($"http://{gate.Address}/mcp/s"), TransportMode = HttpTransportMode.StreamableHttp };
        await using var client = await McpClient.CreateAsync(new HttpClientTransport(options, web), new McpClientOptions { ProtocolVersion = "2025-11-25" });
        Assert.Equal(tools, (await client.ListToolsAsync()).Select(t => t.Name));
        var echo = await client.CallToolAsync("echo", new Dictionary<string, object?> { ["message"] = "hällo \u2028 \"x\"" });
        Assert.Equal("Echo: hällo \u2028 \"x\"", ((TextContentBlock)echo.Content[0]).Text);
        Assert.Contains("5", ((TextContentBlock)(await client.CallToolAsync("get-sum", new Dictionary<string, object?> { ["a"] = 2, ["b"] = 3 })).Content[0]).Text, StringComparison.Ordinal);
        var slow = await client.CallToolAsync("trigger-long-running-operation", new Dictionary<string, object?> { ["duration"] = 1, ["steps"] = 3 }, new Progress(progress));
        Assert.NotEqual(true, slow.IsError);
        Assert.NotEmpty(progress);
        Assert.NotEmpty(await client.ListPromptsAsync());
        Assert.NotEmpty((await client.GetPromptAsync("simple-prompt")).Messages);
        Assert.NotEmpty(await client.ListResourceTemplatesAsync());
        var resource = (await client.ListResourcesAsync())[0];
        Assert.NotEmpty((await client.ReadResourceAsync(resource.Uri)).Contents);
        Assert.NotEmpty((await client.CompleteAsync(new PromptReference { Name = "completable-prompt" }, "department", "E")).Completion.Values);
        await client.SubscribeToResourceAsync(resource.Uri);
        await client.UnsubscribeFromResourceAsync(resource.Uri);
        await Assert.ThrowsAsync<McpProtocolException>(async () => await client.ReadResourceAsync("demo://no/such/thing"));
    }

    private sealed class Progress(List<ProgressNotificationValue> seen) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => seen.Add(value);
    }

    private sealed class NamedHost(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Host = "gate.test";
            return base.SendAsync(request, cancellationToken);
        }
    }
}
