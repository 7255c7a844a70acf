using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Obstat.Gateway.Http;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway.Tests.Http;

/// <summary>The HTTP door of the gateway on a free port, with a fake way to decisions and a client that speaks plain HTTP to it.</summary>
internal sealed class HttpGate : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpSessions _sessions;
    private readonly ModernSessions _modern;

    private HttpGate(WebApplication app, IPEndPoint address, HttpSessions sessions, ModernSessions modern) => (_app, Address, Front, _sessions, _modern) = (app, address, address, sessions, modern);

    public IPEndPoint Address { get; }

    /// <summary>Where clients go: the gate itself, or what stands in front of it.</summary>
    public IPEndPoint Front { get; set; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public static async Task<HttpGate> StartAsync(FakeDoor door, Func<IUpstream> upstream, params string[] origins)
    {
        var sessions = new HttpSessions(TimeProvider.System);
        var parts = new SessionParts(FakeDoor.Server, door, door, TimeProvider.System, static _ => { });
        Served? Servers(string name) => name == "s" ? new Served(parts, upstream) : null;
        var modern = new ModernSessions(door, TimeProvider.System, Servers);
        var endpoint = new McpEndpoint(door, sessions, modern, Servers, new EndpointRules("http://gate.test", ["https://issuer.example"], origins.ToFrozenSet()));
        var front = new StrictFront(() => new FrontRules(FrozenSet.ToFrozenSet(["gate.test"]), 1 << 20), (reason, bytes) => door.CountRefused(reason, bytes));
        var (app, address) = await McpListener.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), front, endpoint.HandleAsync);
        return new HttpGate(app, address, sessions, modern);
    }

    public HttpRequestMessage Request(HttpMethod method, string? body, string? session = null, string? token = "alice", string path = "/mcp/s")
    {
        var request = new HttpRequestMessage(method, $"http://{Front}{path}");
        request.Headers.Host = "gate.test";
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
            request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } };
        }

        return request;
    }

    public Task<HttpResponseMessage> PostAsync(string body, string? session = null, string? token = "alice") => Client.SendAsync(Request(HttpMethod.Post, body, session, token));

    /// <summary>The answer of a POST, from its JSON body or from the last event of its stream.</summary>
    public async Task<JsonObject> CallAsync(string body, string session, string token = "alice") => Message(await (await PostAsync(body, session, token)).Content.ReadAsStringAsync());

    public static JsonObject Message(string text)
        => JsonNode.Parse(text.StartsWith('{') ? text : text.Split('\n').Last(l => l.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..])!.AsObject();

    public async Task<string> OpenAsync(string token = "alice")
    {
        using var response = await PostAsync(LocalClient.Initialize, null, token);
        Assert.True(response.Headers.TryGetValues("Mcp-Session-Id", out var ids), await response.Content.ReadAsStringAsync());
        var session = ids.Single();
        using var accepted = await PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", session, token);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _sessions.DisposeAsync();
        await _modern.DisposeAsync();
        await _app.DisposeAsync();
    }
}
