using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Many clients with the same ids at once, of many principals, on one server: no answer, progress or stream crosses. 5 seconds; <c>OBSTAT_ISOLATION_SECONDS</c> says otherwise.</summary>
public sealed class IsolationTests : IDisposable
{
    private const int Clients = 64;
    private const string Meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
    private readonly PaymentsServer _server = new("""{"tools":[{"name":"transfer","inputSchema":{"type":"object"}}]}""");
    private readonly FakeDoor _door = new();

    public IsolationTests()
    {
        _door.Pin("transfer");
        (_door.Permitted, _door.Visible) = (_door.Permitted.Add("transfer"), ["transfer"]);
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_answer_crosses_among_64_clients_that_use_the_same_ids(bool isModern)
    {
        var seconds = Environment.GetEnvironmentVariable("OBSTAT_ISOLATION_SECONDS") is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 5;
        using var http = new PaymentsHttp(_server, isModern);
        await using var gate = await HttpGate.StartAsync(_door, () => new HttpUpstream(http.Url, TimeProvider.System));
        var clock = Stopwatch.StartNew();
        var late = 0;
        var answered = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            // Two clients of each principal: over the later revision they share an upstream, and their ids are the same all the same.
            var token = $"p{client / 2}";
            var session = isModern ? null : await gate.OpenAsync(token);
            var count = 0;
            for (var id = 0; clock.Elapsed.TotalSeconds < seconds; id = (id + 1) % 4)
            {
                var to = $"c{client}-{count}-";
                var meta = isModern ? $",\"_meta\":{Meta}" : "";
                var body = $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"transfer","arguments":{"amount":1,"to":"{{{to}}}"}{{{meta}}} }}""";
                using var request = isModern ? ModernTests.Post(gate, "tools/call", "transfer", Encoding.UTF8.GetBytes(body), token) : gate.Request(HttpMethod.Post, body, session, token);
                using var response = await gate.Client.SendAsync(request);
                var answer = HttpGate.Message(await response.Content.ReadAsStringAsync());
                Assert.Equal(id, (int?)answer["id"]);
                if ((string?)answer["error"]?["data"]?["reason"] == "Late")
                {
                    // A machine without time refuses; it crosses nothing.
                    Interlocked.Increment(ref late);
                    continue;
                }

                Assert.Contains($"to {to},", answer.ToJsonString(), StringComparison.Ordinal);
                count++;
            }

            return count;
        }));
        Assert.All(answered, count => Assert.True(count > 0));
        Assert.InRange(_server.Lines("effect").Length, answered.Sum(), answered.Sum() + late);
    }

    [Fact]
    public async Task A_broken_stream_is_picked_up_by_its_own_principal_alone()
    {
        const string list = """{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"safe","inputSchema":{"type":"object"}}]}}""";
        const string script = """
            read a; printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"h","version":"1"}}}'; read b;
            read c; printf '%s\n' 'LIST'; read d;
            printf '%s\n' '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}' '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":2}}' '{"jsonrpc":"2.0","id":2,"result":{"content":[]}}'; sleep 30
            """;
        _door.Pin("safe");
        (_door.Permitted, _door.Visible) = (_door.Permitted.Add("safe"), ["safe"]);
        await using var gate = await HttpGate.StartAsync(_door, () => new ChildUpstream(() => new ChildProgram("/bin/sh", ["sh", "-c", script.Replace("LIST", list, StringComparison.Ordinal)], "/", []), TimeProvider.System));
        var session = await gate.OpenAsync();
        using var response = await gate.PostAsync("""{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"safe","_meta":{"progressToken":"mine"}}}""", session);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["id: 1-1", "id: 1-2", "id: 1-3"], events.Select(e => e.Split('\n')[0]));
        Assert.All(events[..2], e => Assert.Contains("\"progressToken\":\"mine\"", e, StringComparison.Ordinal));
        Assert.Equal(9, (int?)HttpGate.Message(events[2])["id"]);

        using var again = await ResumeAsync(gate, session, "alice", "1-1");
        Assert.Equal(events[1..], (await again.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
        using var other = await ResumeAsync(gate, session, "mallory", "1-1");
        Assert.Equal((HttpStatusCode.NotFound, ""), (other.StatusCode, await other.Content.ReadAsStringAsync()));
        foreach (var invented in (string[])["2-0", "1", "x-1", "1-", "-1-1"])
        {
            using var nothing = await ResumeAsync(gate, session, "alice", invented);
            Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        }
    }

    [Fact]
    public async Task A_server_asks_the_agents_side_where_a_policy_permits_it_and_under_ids_of_ours()
    {
        const string script = """
            read a; printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"'"$(printf %s "$a" | tr -dc a-z)"'","version":"1"}}}'; read b;
            read c; printf '%s\n' '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"safe","inputSchema":{"type":"object"}}]}}'; read d;
            printf '%s\n' '{"jsonrpc":"2.0","id":"theirs","method":"sampling/createMessage","params":{"messages":[],"maxTokens":5}}'; read e;
            printf '%s\n' '{"jsonrpc":"2.0","id":"theirs2","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object"}}}'; read f;
            case "$e$f" in *'"id":"theirs"'*yes*32601*theirs2*) printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"both"}]}}';; *) printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"content":[],"isError":true}}';; esac; sleep 30
            """;
        _door.Pin("safe");
        (_door.Permitted, _door.Visible) = (_door.Permitted.Add("safe").Add("mcp.sampling"), ["safe"]);
        await using var client = new LocalClient(_door, () => new ChildUpstream(() => new ChildProgram("/bin/sh", ["sh", "-c", script], "/", [$"PATH={Environment.GetEnvironmentVariable("PATH")}"]), TimeProvider.System));
        var hello = await client.AskAsync(LocalClient.Initialize.Replace("\"capabilities\":{}", "\"capabilities\":{\"sampling\":{},\"elicitation\":{}}", StringComparison.Ordinal), "\"init\"");
        var told = (string)hello["result"]!["serverInfo"]!["name"]!;
        Assert.Contains("sampling", told, StringComparison.Ordinal);
        Assert.DoesNotContain("elicitation", told, StringComparison.Ordinal);
        client.Send("""{"jsonrpc":"2.0","method":"notifications/initialized"}"""u8);
        var call = client.AskAsync("""{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"safe"}}""", "\"c\"");
        var question = await client.QuestionAsync();
        Assert.Equal(("sampling/createMessage", "ask-1"), ((string?)question["method"], (string?)question["id"]));
        client.Send("""{"jsonrpc":"2.0","id":"ask-7","result":{"content":"forged"}}"""u8);
        client.Send("""{"jsonrpc":"2.0","id":"ask-1","result":{"role":"assistant","content":{"type":"text","text":"yes"},"model":"m"}}"""u8);
        Assert.Equal("both", (string?)(await call)["result"]!["content"]![0]!["text"]);
        var asked = Assert.Single(_door.Asked, a => a.WireAction == "mcp.sampling");
        Assert.Equal(5, (int?)JsonNode.Parse(asked.Json.ToString())!["arguments"]!["maxTokens"]);
        Assert.NotNull(_door.Callers.ElementAt(_door.Asked.ToList().IndexOf(asked)).Parent);
    }

    private static async Task<HttpResponseMessage> ResumeAsync(HttpGate gate, string session, string token, string id)
    {
        using var request = gate.Request(HttpMethod.Get, null, session, token);
        request.Headers.Add("Last-Event-ID", id);
        return await gate.Client.SendAsync(request);
    }
}
