using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Obstat.Enforcement;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Changes that a client follows (2026-07-28, <c>subscriptions/listen</c>): under a permit, until it ends, and nothing of anybody else.</summary>
public sealed class ListenTests : IAsyncLifetime
{
    private const string Acknowledged = "notifications/subscriptions/acknowledged";
    private const string Updated = "notifications/resources/updated";
    private const string ToolsChanged = "notifications/tools/list_changed";
    private readonly FakeDoor _door = new();
    private readonly Channel<(FakeUpstream Server, long Id, string Filter)> _followed = Channel.CreateUnbounded<(FakeUpstream, long, string)>();
    private HttpGate? _gate;

    public async ValueTask InitializeAsync()
    {
        _door.Permitted = _door.Permitted.Add(WireActions.McpResourcesRead);
        _door.Forbidden = _door.Forbidden.Add("test://secret");
        _gate = await HttpGate.StartAsync(_door, () =>
        {
            var server = new FakeUpstream();
            server.Follow = async (request, cancellation) =>
            {
                await _followed.Writer.WriteAsync((server, request.Id, request.Parameters!["notifications"]!.ToString()), CancellationToken.None);
                await Task.Delay(Timeout.Infinite, cancellation);
            };
            return server;
        });
    }

    public ValueTask DisposeAsync() => _gate!.DisposeAsync();

    [Fact]
    public async Task Nothing_is_followed_without_a_permit()
    {
        await ListAsync("alice");
        _door.Permitted = _door.Permitted.Remove(WireActions.McpConnect);
        using var refused = Listen("alice", """{"toolsListChanged":true}""");
        Assert.Equal("NotPermitted", (string?)(await refused.NextAsync())!["error"]!["data"]!["reason"]);
        Assert.False(_followed.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_resource_that_is_refused_is_not_followed_and_its_events_are_not_told()
    {
        using var stream = Listen("alice", """{"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["test://open","test://secret"]}""");
        var (server, id, filter) = await _followed.Reader.ReadAsync();
        Assert.Equal("""{"resourceSubscriptions":["test://open"],"toolsListChanged":true}""", filter);

        // A server that claims to follow more than it was asked to is not believed.
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"resourceSubscriptions":["test://open","test://secret"],"toolsListChanged":true,"promptsListChanged":true}"""))), id);
        await server.TellAsync(Updated, Of(id, ("uri", JsonValue.Of("test://secret"))), id);
        await server.TellAsync("notifications/prompts/list_changed", Of(id), id);
        await server.TellAsync(Updated, Of(id, ("uri", JsonValue.Of("test://open"))), id);
        var first = await stream.NextAsync();
        Assert.Equal((Acknowledged, filter), ((string?)first!["method"], first["params"]!["notifications"]!.ToJsonString()));
        Assert.Equal("\"l\"", first["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]!.ToJsonString());
        var second = await stream.NextAsync();
        Assert.Equal((Updated, "test://open"), ((string?)second!["method"], (string?)second["params"]!["uri"]));
        Assert.Equal([WireActions.McpResourcesRead, WireActions.McpResourcesRead], _door.Asked.TakeLast(2).Select(a => a.WireAction));
    }

    [Fact]
    public async Task It_ends_with_its_permit_and_the_server_is_asked_no_longer()
    {
        _door.Lifetime = TimeSpan.FromSeconds(2);
        using var stream = Listen("alice", """{"toolsListChanged":true,"resourceSubscriptions":["test://open"]}""");
        var (server, id, _) = await _followed.Reader.ReadAsync();
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"toolsListChanged":true}"""))), id);
        Assert.Equal(Acknowledged, (string?)(await stream.NextAsync())!["method"]);
        var end = await stream.NextAsync();
        Assert.Equal("complete", (string?)end!["result"]!["resultType"]);
        await server.TellAsync(ToolsChanged, Of(id), id);
        Assert.Null(await stream.NextAsync());
        Assert.All(_door.Endings.TakeLast(2), e => Assert.Equal(EndResult.Succeeded, e.Result));
    }

    [Fact]
    public async Task What_was_stopped_is_told_nothing_more_and_why()
    {
        using var stream = Listen("alice", """{"toolsListChanged":true}""");
        var (server, id, _) = await _followed.Reader.ReadAsync();
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"toolsListChanged":true}"""))), id);
        Assert.NotNull(await stream.NextAsync());
        Assert.True(_door.Mint.Latch.Fall(DenyReason.Halted));
        await server.TellAsync(ToolsChanged, Of(id), id);
        var end = await stream.NextAsync();
        Assert.Equal(("Halted", "unknown"), ((string?)end!["error"]!["data"]!["reason"], (string?)end["error"]!["data"]!["ran"]));
        Assert.Null(await stream.NextAsync());
        Assert.Equal((EndResult.Unknown, DenyReason.Halted), (_door.Endings.Last().Result, _door.Endings.Last().Code));
    }

    [Fact]
    public async Task Events_of_another_principal_are_never_shown()
    {
        using var alice = Listen("alice", """{"toolsListChanged":true,"resourceSubscriptions":["test://a"]}""");
        var (aliceServer, aliceId, _) = await _followed.Reader.ReadAsync();

        // Bob's second one, so that his id is none of Alice's.
        using var before = Listen("bob", """{"toolsListChanged":true}""", "before");
        _ = await _followed.Reader.ReadAsync();
        using var bob = Listen("bob", """{"toolsListChanged":true,"resourceSubscriptions":["test://b"]}""");
        var (bobServer, bobId, _) = await _followed.Reader.ReadAsync();
        Assert.NotSame(aliceServer, bobServer);
        Assert.NotEqual(aliceId, bobId);
        await aliceServer.TellAsync(Acknowledged, Of(aliceId, ("notifications", Json("""{"toolsListChanged":true,"resourceSubscriptions":["test://a"]}"""))), aliceId);
        await bobServer.TellAsync(Acknowledged, Of(bobId, ("notifications", Json("""{"toolsListChanged":true,"resourceSubscriptions":["test://b"]}"""))), bobId);

        // Under the other's id, on the other's stream, about the other's resource: nothing of it arrives anywhere.
        await aliceServer.TellAsync(Updated, Of(bobId, ("uri", JsonValue.Of("test://b"))), aliceId);
        await aliceServer.TellAsync(Updated, Of(aliceId, ("uri", JsonValue.Of("test://b"))), aliceId);
        await bobServer.TellAsync(Updated, Of(aliceId, ("uri", JsonValue.Of("test://a"))), bobId);
        await bobServer.TellAsync(Updated, Of(bobId, ("uri", JsonValue.Of("test://b"))), bobId + 1);
        await bobServer.TellAsync(Updated, Of(bobId, ("uri", JsonValue.Of("test://a"))), bobId);
        await aliceServer.TellAsync(Updated, Of(aliceId, ("uri", JsonValue.Of("test://a")), ("title", JsonValue.Of("alice's"))), aliceId);
        await bobServer.TellAsync(ToolsChanged, Of(bobId), bobId);
        Assert.Equal(Acknowledged, (string?)(await alice.NextAsync())!["method"]);
        Assert.Equal("alice's", (string?)(await alice.NextAsync())!["params"]!["title"]);
        Assert.Equal(Acknowledged, (string?)(await bob.NextAsync())!["method"]);
        Assert.Equal(ToolsChanged, (string?)(await bob.NextAsync())!["method"]);
    }

    [Fact]
    public async Task Nothing_comes_before_the_server_said_what_it_lets_follow_and_that_is_said_once()
    {
        using var stream = Listen("alice", """{"toolsListChanged":true,"resourceSubscriptions":["test://a"]}""");
        var (server, id, _) = await _followed.Reader.ReadAsync();
        await server.TellAsync(ToolsChanged, Of(id), id);
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"toolsListChanged":true,"also":1}"""))), id);
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"resourceSubscriptions":["test://a"]}"""))), id);
        await server.TellAsync(Acknowledged, Of(id, ("notifications", Json("""{"toolsListChanged":true}"""))), id);
        await server.TellAsync(ToolsChanged, Of(id), id);
        await server.TellAsync(Updated, Of(id, ("uri", JsonValue.Of("test://a"))), id);
        var first = await stream.NextAsync();
        Assert.Equal((Acknowledged, """{"resourceSubscriptions":["test://a"]}"""), ((string?)first!["method"], first["params"]!["notifications"]!.ToJsonString()));
        Assert.Equal(Updated, (string?)(await stream.NextAsync())!["method"]);
    }

    [Theory]
    [InlineData("{\"toolsListChanged\":true,\"also\":true}")]
    [InlineData("{\"resourceSubscriptions\":[\"test://a\",\"test://a\"]}")]
    [InlineData("{\"resourceSubscriptions\":[\"\"]}")]
    [InlineData("{\"toolsListChanged\":1}")]
    [InlineData("[]")]
    public async Task A_filter_that_is_not_understood_follows_nothing(string filter)
    {
        using var stream = Listen("alice", filter);
        Assert.Equal(-32602, (int?)(await stream.NextAsync())!["error"]!["code"]);
        Assert.Empty(_door.Asked);
        Assert.False(_followed.Reader.TryRead(out _));
    }

    private static JsonValue Of(long id, params (string, JsonValue)[] members) => JsonValue.Object([.. members, ("_meta", JsonValue.Object(("io.modelcontextprotocol/subscriptionId", JsonValue.Of(id))))]);

    private static JsonValue Json(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value : throw new FormatException(error.ToString());

    private async Task ListAsync(string token)
    {
        using var request = ModernTests.Post(_gate!, "tools/list", null, Encoding.UTF8.GetBytes(ModernTests.Request("tools/list")), token);
        using var response = await _gate!.Client.SendAsync(request);
        _ = response.EnsureSuccessStatusCode();
    }

    private Events Listen(string token, string filter, string id = "l")
    {
        const string meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
        var body = $$$"""{"jsonrpc":"2.0","id":"{{{id}}}","method":"subscriptions/listen","params":{"notifications":{{{filter}}},"_meta":{{{meta}}} }}""";
        var request = ModernTests.Post(_gate!, "subscriptions/listen", null, Encoding.UTF8.GetBytes(body), token);
        return new Events(_gate!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>The messages of one exchange, as they come: the stream begins with the first of them.</summary>
    private sealed class Events(Task<HttpResponseMessage> response) : IDisposable
    {
        private StreamReader? _reader;

        public async Task<JsonObject?> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            _reader ??= new StreamReader(await (await response).Content.ReadAsStreamAsync(patience.Token));
            while (await _reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith('{') || line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return HttpGate.Message(line);
                }
            }

            return null;
        }

        public void Dispose()
        {
            _reader?.Dispose();
            if (response.IsCompletedSuccessfully)
            {
                response.Result.Dispose();
            }
        }
    }
}
