using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Diagnostics;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Obstat.Gateway.Tests.Http;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Messages;
using Obstat.Wire.Tests;
using JsonValue = Obstat.Proof.Json.JsonValue;

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
        using var process = http ? Serve(out _) : null;
        var url = process is null ? null : Url;
        Func<IUpstream> upstream = url is null ? () => new ChildUpstream(() => Program, TimeProvider.System) : () => new HttpUpstream(url, TimeProvider.System);
        var tools = await PinAsync(upstream());
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

    private static int _port;

    private static Uri Url => new($"http://127.0.0.1:{_port}/mcp");

    private static ChildProgram Program => new(NodePrograms.Node, [NodePrograms.Node, NodePrograms.Everything, "stdio"], "/", [$"PATH={Path.GetDirectoryName(NodePrograms.Node)}"]);

    private static Process Serve(out int port)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var start = new ProcessStartInfo(NodePrograms.Node, [NodePrograms.Everything, "streamableHttp"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var process = new ServedProcess(start);
        return process;
    }

    /// <summary>Approves the tools as the server lists them without the gate.</summary>
    private async Task<string[]> PinAsync(IUpstream upstream)
    {
        await using var owned = upstream;
        var call = await upstream.OpenAsync(Admit("initialize", Obstat.Gateway.Sessions.Session.Hello), 1, Obstat.Gateway.Sessions.Session.Hello, CancellationToken.None);
        Assert.NotNull(call.Result);
        var list = await upstream.CallAsync(Admit("tools/list", null), 2, "tools/list", null, CancellationToken.None);
        var tools = list.Result!["tools"]!.Items;
        _door.PinListed(tools);
        _door.Visible = [.. tools.Select(t => t["name"]!.AsString!)];
        return [.. _door.Visible];
    }

    private Obstat.Enforcement.Admission Admit(string method, JsonValue? parameters)
    {
        Assert.True(CanonicalAction.TryMake(new McpCall("2025-11-25", "s", method, parameters, null, null), out var action, out _));
        return _door.Mint.Admit(action, "pinner", TimeSpan.FromSeconds(30));
    }

    private sealed class Progress(List<ProgressNotificationValue> seen) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => seen.Add(value);
    }

    private sealed class ServedProcess : Process
    {
        public ServedProcess(ProcessStartInfo start)
        {
            StartInfo = start;
            Start();
            string? line;
            while ((line = StandardError.ReadLine()) is not null && !line.Contains("listening", StringComparison.OrdinalIgnoreCase))
            {
            }

            _ = StandardError.ReadToEndAsync();
        }

        protected override void Dispose(bool disposing)
        {
            Kill();
            base.Dispose(disposing);
        }
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
