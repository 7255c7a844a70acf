using System.Net.Http.Headers;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Obstat.Gateway.Tests.Http;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The official client of the protocol in front of the gate, the official server behind it.</summary>
public sealed class OfficialClientTests : IDisposable
{
    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();

    public OfficialClientTests() => _door.Pin("safe", "danger");

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(false, "2025-11-25")]
    [InlineData(true, "2025-11-25")]
    [InlineData(false, null)]
    public async Task It_lists_calls_and_reads_a_refusal_as_a_result(bool http, string? revision)
    {
        using var upstream = http ? new PaymentsHttp(_server) : null;
        await using var gate = await HttpGate.StartAsync(_door, () => upstream is null ? new ChildUpstream(() => _server.Program, TimeProvider.System) : new HttpUpstream(upstream.Url, TimeProvider.System));
        using var handler = new NamedHost(new SocketsHttpHandler { UseProxy = false });
        using var web = new HttpClient(handler);
        web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        var options = new HttpClientTransportOptions { Endpoint = new Uri($"http://{gate.Address}/mcp/s"), TransportMode = HttpTransportMode.StreamableHttp };
        await using var client = await McpClient.CreateAsync(new HttpClientTransport(options, web), new McpClientOptions { ProtocolVersion = revision });
        Assert.Equal("payments", client.ServerInfo?.Name);
        Assert.Equal(["safe", "danger"], (await client.ListToolsAsync()).Select(t => t.Name));
        var permitted = await client.CallToolAsync("safe", new Dictionary<string, object?> { ["a"] = 900.50m });
        Assert.NotEqual(true, permitted.IsError);
        var refused = await client.CallToolAsync("danger", new Dictionary<string, object?> { ["approved"] = true });
        Assert.True(refused.IsError);
        Assert.StartsWith("Obstat refused this call: Forbidden. Action: danger(approved=true). It did not run.", Assert.IsType<TextContentBlock>(Assert.Single(refused.Content)).Text, StringComparison.Ordinal);
        Assert.Equal("Forbidden", (string?)refused.Meta?["execution/denial"]?["reason"]);
        await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync("invented"));
        _door.Away = DenyReason.PlaneUnavailable;
        Assert.True((await client.CallToolAsync("safe")).IsError);
        Assert.Equal("safe", (string?)Assert.Single(_server.Lines("effect"))["tool"]);
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
