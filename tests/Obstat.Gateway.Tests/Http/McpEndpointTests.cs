using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests.Http;

public sealed class McpEndpointTests : IDisposable
{
    private const string Call = """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"safe"}}""";
    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();

    public McpEndpointTests() => _door.Pin("safe", "danger");

    public void Dispose() => _server.Dispose();

    private Task<HttpGate> GateAsync(params string[] origins) => HttpGate.StartAsync(_door, () => new ChildUpstream(() => _server.Program, TimeProvider.System), origins);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_of_the_wire_reaches_the_server_exactly_when_it_may(bool http)
    {
        using var upstream = http ? new PaymentsHttp(_server) : null;
        await using var gate = await HttpGate.StartAsync(_door, () => upstream is null ? new ChildUpstream(() => _server.Program, TimeProvider.System) : new HttpUpstream(upstream.Url, TimeProvider.System));
        var session = await gate.OpenAsync();
        var (expected, either) = (0, 0);
        foreach (var row in WireRow.Read("jsonrpc"))
        {
            var counted = _door.Counted.Count;
            using var request = gate.Request(HttpMethod.Post, "", session);
            request.Content = new ByteArrayContent(row.Bytes) { Headers = { ContentType = new("application/json") } };
            using var response = await gate.Client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (row.Expect == "accept" || row.Code is "Forbidden" or "NotPermitted" || (row.Code == "UnknownAction" && row.Class == "tool-name"))
            {
                var answer = HttpGate.Message(text);
                var denial = answer["result"]?["_meta"]?["execution/denial"] ?? answer["error"]?["data"];
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.True(row.Code switch
                {
                    null => answer["result"] is not null && denial is null,
                    "UnknownAction" => text.Contains("""{"code":-32602,"message":"Unknown tool"}""", StringComparison.Ordinal),
                    _ => (string?)denial?["reason"] == row.Code,
                }, $"{row}: {text}");
                expected += row.Expect == "accept" ? 1 : 0;
            }
            else if (row.Expect == "either")
            {
                either++;
            }
            else
            {
                Assert.True(_door.Counted.Count > counted, row.ToString());
                Assert.False(text.Contains("\"result\"", StringComparison.Ordinal), row.ToString());
                Assert.Equal(row.Code switch { "Malformed" => DenyReason.Malformed, _ => DenyReason.UnknownAction }, _door.Counted.Last());
            }
        }

        var bodies = _server.Lines("request").Select(l => (string)l["body"]!).Where(b => b.Length > 0).Select(b => JsonNode.Parse(b)!).ToArray();
        var calls = bodies.Where(b => (string?)b["method"] == "tools/call").ToArray();
        Assert.All(calls, call => Assert.Equal("safe", (string?)call["params"]!["name"]));
        Assert.InRange(calls.Length, expected, expected + either);
        Assert.Equal(_server.Lines("effect").Length, calls.Length);
        Assert.DoesNotContain(bodies, b => b.ToJsonString().Contains("danger", StringComparison.Ordinal));
        Assert.All(bodies, b => Assert.Contains((string?)b["method"], new[] { "initialize", "notifications/initialized", "logging/setLevel", "resources/templates/list", "tools/list", "tools/call" }));
    }

    [Fact]
    public async Task No_row_of_http_makes_the_server_see_what_was_not_decided()
    {
        await using var gate = await GateAsync();
        foreach (var row in WireRow.Read("http1"))
        {
            var statuses = RawHttp.Statuses(await RawHttp.SendAsync(gate.Address, row.Bytes));
            Assert.True(statuses.Length <= row.ResponsesMax && statuses.All(s => s >= 400), row.ToString());
        }

        Assert.Empty(_door.Asked);
        Assert.False(File.Exists(_server.Journal));
    }

    [Fact]
    public async Task A_row_of_http_that_carries_a_permitted_call_reaches_the_server_exactly_when_it_is_let_through()
    {
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        var expected = 0;
        foreach (var row in WireRow.Read("http1").Where(r => r.Bytes.AsSpan().StartsWith("POST /mcp HTTP/1.1\r\n"u8)))
        {
            var before = _server.Lines("effect").Length;
            var statuses = RawHttp.Statuses(await RawHttp.SendAsync(gate.Address, Transplanted(row.Bytes, session)));
            Assert.True(statuses.Length <= row.ResponsesMax, row.ToString());
            var ran = _server.Lines("effect").Length - before;
            switch (row.Expect)
            {
                case "refuse":
                    Assert.True(ran == 0 && statuses.All(s => s >= 400), $"{row}: {string.Join(' ', statuses)}");
                    break;
                case "accept":
                    Assert.True(ran == 1 && statuses[0] == 200, $"{row}: {string.Join(' ', statuses)}");
                    expected++;
                    break;
                default:
                    Assert.InRange(ran, 0, 1);
                    break;
            }
        }

        Assert.True(expected >= 4);
        Assert.DoesNotContain("smuggled", File.ReadAllText(_server.Journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_spelling_of_a_path_is_anything_but_its_exact_bytes()
    {
        await using var gate = await GateAsync();
        foreach (var line in File.ReadLines(Obstat.Tests.Vectors.Shared("attacks/wire/paths.jsonl")))
        {
            var target = JsonNode.Parse(line)!["target_b64"]!.GetValue<string>();
            var answer = await RawHttp.SendAsync(gate.Address, [.. "GET "u8, .. Convert.FromBase64String(target), .. " HTTP/1.1\r\nHost: gate.test\r\nAuthorization: Bearer alice\r\n\r\n"u8]);
            Assert.True(RawHttp.Statuses(answer) is [400 or 404], line);
        }

        Assert.Empty(_door.Asked);
    }

    [Fact]
    public async Task Without_a_bearer_the_answer_says_where_to_get_one()
    {
        await using var gate = await GateAsync();
        using var response = await gate.PostAsync(LocalClient.Initialize, null, token: null);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer resource_metadata=\"http://gate.test/.well-known/oauth-protected-resource/mcp/s\"", response.Headers.WwwAuthenticate.ToString());
        using var metadata = await gate.Client.SendAsync(gate.Request(HttpMethod.Get, null, token: null, path: "/.well-known/oauth-protected-resource/mcp/s"));
        Assert.Equal("""{"authorization_servers":["https://issuer.example"],"bearer_methods_supported":["header"],"resource":"http://gate.test/mcp/s"}""", await metadata.Content.ReadAsStringAsync());
        Assert.Empty(_door.Asked);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a,b")]
    public async Task What_is_no_bearer_is_nobody(string authorization)
    {
        await using var gate = await GateAsync();
        using var request = gate.Request(HttpMethod.Post, LocalClient.Initialize, token: null);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await gate.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(_door.Asked);
    }

    [Fact]
    public async Task A_bearer_that_the_plane_does_not_know_is_answered_401_and_recorded()
    {
        _door.Away = DenyReason.IdentityUnverifiable;
        await using var gate = await GateAsync();
        using var response = await gate.PostAsync(LocalClient.Initialize);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
        Assert.Single(_door.Asked);
        Assert.False(File.Exists(_server.Journal));
    }

    [Fact]
    public async Task A_client_of_a_later_revision_is_told_what_is_spoken_here_and_nothing_runs()
    {
        await using var gate = await GateAsync();
        using var request = gate.Request(HttpMethod.Post, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01","io.modelcontextprotocol/clientCapabilities":{}}}}""");
        request.Headers.Add("MCP-Protocol-Version", "2027-01-01");
        request.Headers.Add("Mcp-Method", "tools/call");
        request.Headers.Add("Mcp-Name", "safe");
        using var response = await gate.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("""{"error":{"code":-32022,"data":{"requested":"2027-01-01","supported":["2026-07-28","2025-11-25"]},"message":"Unsupported protocol version"},"id":1,"jsonrpc":"2.0"}""", await response.Content.ReadAsStringAsync());
        Assert.Empty(_door.Asked);
        Assert.False(File.Exists(_server.Journal));
    }

    [Fact]
    public async Task A_token_that_ended_within_a_session_is_answered_401()
    {
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        _door.Away = DenyReason.IdentityUnverifiable;
        using var known = await gate.PostAsync(Call, session);
        Assert.Equal(HttpStatusCode.Unauthorized, known.StatusCode);
        using var unknown = await gate.PostAsync(Call, session, "alice-again");
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.NotEmpty(unknown.Headers.WwwAuthenticate);
        _door.Away = DenyReason.PlaneUnavailable;
        using var away = await gate.PostAsync(Call, session, "alice-again");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Empty(_server.Requests("tools/call"));
    }

    [Theory]
    [InlineData("NotPermitted")]
    [InlineData("PlaneUnavailable")]
    public async Task A_refusal_is_no_invitation_to_log_in_again(string code)
    {
        _door.Away = Enum.Parse<DenyReason>(code);
        await using var gate = await GateAsync();
        using var response = await gate.PostAsync(LocalClient.Initialize);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(code, (string?)HttpGate.Message(await response.Content.ReadAsStringAsync())["error"]!["data"]!["reason"]);
        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("https://app.example", HttpStatusCode.OK)]
    public async Task A_browser_of_another_origin_is_refused(string origin, HttpStatusCode expected)
    {
        await using var gate = await GateAsync("https://app.example");
        using var request = gate.Request(HttpMethod.Post, LocalClient.Initialize);
        request.Headers.Add("Origin", origin);
        using var response = await gate.Client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_session_serves_only_its_holder_its_server_and_its_revision()
    {
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        using var mallory = await gate.PostAsync(Call, session, "mallory");
        Assert.Equal(HttpStatusCode.NotFound, mallory.StatusCode);
        using var stream = await gate.Client.SendAsync(gate.Request(HttpMethod.Get, null, session, "mallory"));
        Assert.Equal(HttpStatusCode.NotFound, stream.StatusCode);
        using var ending = await gate.Client.SendAsync(gate.Request(HttpMethod.Delete, null, session, "mallory"));
        Assert.Equal(HttpStatusCode.NotFound, ending.StatusCode);
        using var invented = await gate.PostAsync(Call, "AAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal(HttpStatusCode.NotFound, invented.StatusCode);
        using var other = await gate.Client.SendAsync(gate.Request(HttpMethod.Post, Call, session, path: "/mcp/other"));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var without = await gate.PostAsync(Call);
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        using var request = gate.Request(HttpMethod.Post, Call, session);
        request.Headers.Remove("MCP-Protocol-Version");
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        using var revision = await gate.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, revision.StatusCode);
        Assert.Empty(_server.Requests("tools/call"));
        Assert.NotNull((await gate.CallAsync(Call, session))["result"]);
    }

    [Fact]
    public async Task A_new_token_of_the_same_holder_goes_on_with_the_session()
    {
        _door.Holder = _ => "alice";
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        var asked = _door.Asked.Count;
        Assert.NotNull((await gate.CallAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", session, "alice-again"))["result"]);
        Assert.Equal(asked + 1, _door.Asked.Count);
        Assert.Equal(WireActions.McpConnect, _door.Asked.Last().WireAction);
    }

    [Fact]
    public async Task The_bearer_is_passed_to_the_plane_and_never_to_the_server()
    {
        using var upstream = new PaymentsHttp(_server);
        await using var gate = await HttpGate.StartAsync(_door, () => new HttpUpstream(upstream.Url, TimeProvider.System));
        var session = await gate.OpenAsync("secret-token");
        await gate.CallAsync(Call, session, "secret-token");
        Assert.All(_door.Callers, c => Assert.Equal(new Assertion(AssertionKinds.AccessToken, "secret-token"), Assert.Single(c.Assertions)));
        var seen = File.ReadAllText(_server.Journal);
        Assert.DoesNotContain("secret-token", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(session, seen, StringComparison.Ordinal);
        var head = _server.Lines("request").Last(l => ((string)l["body"]!).Contains("tools/call", StringComparison.Ordinal))["head"]!;
        Assert.Equal(["Accept", "Content-Length", "Content-Type", "Host", "MCP-Protocol-Version", "Mcp-Session-Id"], head["headers"]!.AsObject().Select(h => h.Key).Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal("POST", (string?)head["method"]);
    }

    [Fact]
    public async Task Clients_with_the_same_ids_at_once_each_get_their_own_answers()
    {
        File.WriteAllText(_server.ToolsFile, """{"tools":[{"name":"transfer","inputSchema":{"type":"object"}}]}""");
        _door.Pin("transfer");
        (_door.Permitted, _door.Visible) = (_door.Permitted.Add("transfer"), ["transfer"]);
        await using var gate = await GateAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async client =>
        {
            var session = await gate.OpenAsync();
            await Task.WhenAll(Enumerable.Range(0, 30).Select(async id =>
            {
                var answer = await gate.CallAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"tools/call","params":{"name":"transfer","arguments":{"amount":1,"to":"{{client}}-{{id}}"} } }""", session);
                Assert.Equal(id, (int?)answer["id"]);
                Assert.Contains($"to {client}-{id},", answer["result"]!["content"]!.ToJsonString(), StringComparison.Ordinal);
            }));
        }));
    }

    [Fact]
    public async Task Ending_a_session_ends_its_child_and_its_id()
    {
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        using var ended = await gate.Client.SendAsync(gate.Request(HttpMethod.Delete, null, session));
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var after = await gate.PostAsync(Call, session);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    public async Task A_session_has_one_stream()
    {
        await using var gate = await GateAsync();
        var session = await gate.OpenAsync();
        using var first = await gate.Client.SendAsync(gate.Request(HttpMethod.Get, null, session), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no", first.Headers.GetValues("X-Accel-Buffering").Single());
        using var second = await gate.Client.SendAsync(gate.Request(HttpMethod.Get, null, session));
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/mcp/s/")]
    [InlineData("POST", "/mcp//s")]
    [InlineData("POST", "/MCP/s")]
    [InlineData("POST", "/mcp/%73")]
    [InlineData("POST", "/mcp/s?x=1")]
    [InlineData("POST", "/mcp/../mcp/s")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/.well-known/oauth-protected-resource/mcp/other")]
    public async Task No_other_spelling_and_no_other_route_answers(string method, string target)
    {
        await using var gate = await GateAsync();
        var body = method == "POST" ? $"Content-Type: application/json\r\nContent-Length: {LocalClient.Initialize.Length}\r\n\r\n{LocalClient.Initialize}" : "\r\n";
        var answer = await RawHttp.SendAsync(gate.Address, Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: gate.test\r\nAuthorization: Bearer alice\r\n{body}"));
        Assert.Equal([404], RawHttp.Statuses(answer));
        Assert.Empty(_door.Asked);
    }

    [Fact]
    public async Task An_upstream_that_nobody_serves_ran_nothing()
    {
        await using var gate = await HttpGate.StartAsync(_door, () => new HttpUpstream(new Uri("http://127.0.0.1:1/mcp"), TimeProvider.System));
        using var response = await gate.PostAsync(LocalClient.Initialize);
        Assert.False(HttpGate.Message(await response.Content.ReadAsStringAsync())["error"]!["data"]!["ran"]!.GetValue<bool>());
    }

    /// <summary>The row with a permitted call in place of its two bytes of body, to the server's own path and session.</summary>
    internal static byte[] Transplanted(byte[] row, string session)
    {
        var length = Call.Length;
        var text = Encoding.Latin1.GetString(row)
            .Replace("POST /mcp HTTP/1.1\r\n", "POST /mcp/s HTTP/1.1\r\n", StringComparison.Ordinal)
            .Replace("\r\n2\r\n{}", $"\r\n{length:x}\r\n{{}}", StringComparison.Ordinal)
            .Replace("Content-Length: 2\r\n", $"Content-Length: {length}\r\n", StringComparison.Ordinal);
        var head = text.IndexOf("\r\nContent-Type", StringComparison.Ordinal);
        text = head < 0 ? text : text.Insert(head, $"\r\nAccept: application/json, text/event-stream\r\nMcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-11-25" + (text.Contains("Authorization:", StringComparison.Ordinal) ? "" : "\r\nAuthorization: Bearer alice"));
        var body = text.Contains($"Content-Length: {length}\r\n", StringComparison.Ordinal) || text.Contains($"\r\n{length:x}\r\n", StringComparison.Ordinal) ? text.IndexOf("{}", StringComparison.Ordinal) : -1;
        return Encoding.Latin1.GetBytes(body < 0 ? text : text.Remove(body, 2).Insert(body, Call));
    }
}
