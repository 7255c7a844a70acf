using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;
using Obstat.Tests;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Streamable HTTP of revision 2026-07-28, with a server over HTTP and as a child.</summary>
public sealed class ModernTests : IDisposable
{
    private const string Meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
    private readonly PaymentsServer _server = new();
    private readonly PaymentsHttp _http;
    private readonly FakeDoor _door = new();

    public ModernTests()
    {
        _http = new PaymentsHttp(_server, isStateless: true);
        _door.Pin("safe", "danger");
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_needs_no_session_and_reaches_the_server_as_it_was_decided(bool http)
    {
        await using var gate = await GateAsync(http);
        using var response = await PostAsync(gate, "tools/call", "safe", $$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"safe","arguments":{"b":1,"a":2},"_meta":{{{Meta}}} }}""");
        var answer = HttpGate.Message(await response.Content.ReadAsStringAsync());
        Assert.Equal("complete", (string?)answer["result"]!["resultType"]);
        Assert.Equal(7, (int)answer["id"]!);
        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
        Assert.Equal("safe", (string?)Assert.Single(_server.Lines("effect"))["tool"]);
        Assert.Equal(["server/discover", "tools/call"], _door.Asked.Select(a => a.Method));
        Assert.All(_door.Asked, a => Assert.Equal("2026-07-28", a.Revision));
        var sent = JsonNode.Parse(_server.Requests("tools/call").Single())!;
        Assert.Equal("""{"a":2,"b":1}""", sent["params"]!["arguments"]!.ToJsonString());
        Assert.Equal("{}", sent["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!.ToJsonString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_list_is_filtered_and_its_caller_alone_may_keep_it(bool http)
    {
        _door.Visible = ["safe"];
        await using var gate = await GateAsync(http);
        using var response = await PostAsync(gate, "tools/list", null, Request("tools/list"));
        var result = HttpGate.Message(await response.Content.ReadAsStringAsync())["result"]!;
        Assert.Equal(["safe"], result["tools"]!.AsArray().Select(t => (string?)t!["name"]));
        Assert.Equal(("private", "complete"), ((string?)result["cacheScope"], (string?)result["resultType"]));
        Assert.InRange((long)result["ttlMs"]!, 0, 60_000);
    }

    [Fact]
    public async Task Discovery_says_what_both_sides_can_do()
    {
        await using var gate = await GateAsync(true);
        using var response = await PostAsync(gate, "server/discover", null, Request("server/discover"));
        var result = HttpGate.Message(await response.Content.ReadAsStringAsync())["result"]!;
        Assert.Contains("2026-07-28", result["supportedVersions"]!.AsArray().Select(v => (string?)v));
        Assert.All(result["supportedVersions"]!.AsArray(), v => Assert.Contains((string?)v, new[] { "2025-11-25", "2026-07-28" }));
        Assert.Equal("payments", (string?)result["_meta"]!["io.modelcontextprotocol/serverInfo"]!["name"]);
        Assert.Equal("private", (string?)result["cacheScope"]);
    }

    [Fact]
    public async Task Every_row_of_headers_is_let_through_exactly_when_it_says_what_the_body_says()
    {
        await using var gate = await GateAsync(true);
        var (accepted, ran) = (0, 0);
        foreach (var line in File.ReadLines(Vectors.Shared("attacks/wire/mcp-headers.jsonl")))
        {
            var (bytes, expect) = HeaderRow(line);
            var before = _server.Lines("effect").Length;
            var text = await RawHttp.SendAsync(gate.Address, bytes, halfClose: false);
            var effects = _server.Lines("effect").Length - before;
            switch (expect)
            {
                case "accept":
                    Assert.True(effects == 1 && RawHttp.Statuses(text) is [200], line + text);
                    accepted++;
                    break;
                case "refuse":
                    Assert.True(effects == 0 && RawHttp.Statuses(text) is [400], line + text);
                    break;
                default:
                    Assert.InRange(effects, 0, 1);
                    break;
            }

            ran += effects;
        }

        Assert.InRange(accepted, 1, ran);
        Assert.DoesNotContain("danger", string.Concat(_server.Requests("tools/call")), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Lines("request"), l => l.ToJsonString().Contains("mcp-param-amount", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_of_messages_reaches_the_server_exactly_when_it_may(bool http)
    {
        await using var gate = await GateAsync(http);
        var (expected, either) = (0, 0);
        foreach (var row in WireRow.Read("jsonrpc"))
        {
            var (bytes, method, name) = Later(row.Bytes);
            using var response = await PostAsync(gate, method, name, bytes);
            var text = await response.Content.ReadAsStringAsync();
            if (row.Expect == "accept" && method is "tools/call" or "tools/list")
            {
                Assert.True(response.StatusCode == HttpStatusCode.OK && HttpGate.Message(text)["result"] is { } result && result["_meta"]?["execution/denial"] is null, $"{row}: {text}");
                expected += method == "tools/call" ? 1 : 0;
            }
            else if (row.Expect == "either")
            {
                either++;
            }
            else if (row.Expect == "refuse")
            {
                Assert.True(text.Length == 0 || HttpGate.Message(text)["result"] is null || HttpGate.Message(text)["result"]!["_meta"]?["execution/denial"] is not null, $"{row}: {text}");
            }
        }

        var bodies = _server.Lines("request").Select(l => (string)l["body"]!).Where(b => b.Length > 0).Select(b => JsonNode.Parse(b)!).ToArray();
        var calls = bodies.Where(b => (string?)b["method"] == "tools/call").ToArray();
        Assert.All(calls, call => Assert.Equal("safe", (string?)call["params"]!["name"]));
        Assert.InRange(calls.Length, Math.Max(expected, 3), expected + either);
        Assert.DoesNotContain(bodies, b => b.ToJsonString().Contains("danger", StringComparison.Ordinal));
        Assert.All(bodies, b => Assert.Contains((string?)b["method"], new[] { "server/discover", "tools/list", "tools/call", "resources/templates/list" }));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Only_posts_exist(string method)
    {
        await using var gate = await GateAsync(true);
        using var request = gate.Request(new HttpMethod(method), null);
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        using var response = await gate.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST"), (response.StatusCode, response.Content.Headers.Allow.Single()));
        Assert.Empty(_door.Asked);
    }

    [Theory]
    [InlineData("initialize", 404, -32601)]
    [InlineData("ping", 404, -32601)]
    [InlineData("logging/setLevel", 404, -32601)]
    [InlineData("tasks/get", 404, -32601)]
    [InlineData("sampling/createMessage", 404, -32601)]
    public async Task A_method_that_does_not_exist_is_not_found(string method, int status, int code)
    {
        await using var gate = await GateAsync(true);
        using var response = await PostAsync(gate, method, null, Request(method));
        Assert.Equal((status, code), ((int)response.StatusCode, (int)HttpGate.Message(await response.Content.ReadAsStringAsync())["error"]!["code"]!));
        Assert.Empty(_door.Asked);
    }

    [Fact]
    public async Task A_refused_call_is_a_complete_result_that_says_so()
    {
        await using var gate = await GateAsync(true);
        using var response = await PostAsync(gate, "tools/call", "danger", $$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"danger","_meta":{{{Meta}}} }}""");
        var result = HttpGate.Message(await response.Content.ReadAsStringAsync())["result"]!;
        Assert.Equal(("complete", "Forbidden"), ((string?)result["resultType"], (string?)result["_meta"]!["execution/denial"]!["reason"]));
        Assert.Empty(_server.Lines("effect"));
    }

    [Fact]
    public async Task A_bearer_that_nobody_proved_gets_no_connection()
    {
        _door.Away = DenyReason.IdentityUnverifiable;
        await using var gate = await GateAsync(true);
        using var response = await PostAsync(gate, "tools/call", "safe", $$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"safe","_meta":{{{Meta}}} }}""");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
        Assert.Empty(_server.Lines("request"));
    }

    [Fact]
    public async Task A_session_of_the_older_revision_is_no_part_of_this_one()
    {
        await using var gate = await GateAsync(true);
        using var request = Post(gate, "tools/list", null, Encoding.UTF8.GetBytes(Request("tools/list")), "alice");
        request.Headers.Add("Mcp-Session-Id", "x");
        using var response = await gate.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(_door.Asked);
    }

    [Fact]
    public async Task A_server_of_the_older_revision_is_named_as_such()
    {
        await using var gate = await HttpGate.StartAsync(_door, () => new ChildUpstream(() => new ChildProgram("/bin/sh", ["sh", "-c", """while read a; do case "$a" in *discover*) i=${a#*\"id\":}; printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}\n' "${i%%,*}";; esac; done"""], "/", []), TimeProvider.System));
        using var response = await PostAsync(gate, "tools/list", null, Request("tools/list"));
        Assert.Equal("""{"error":{"code":-32022,"data":{"requested":"2026-07-28","supported":["2025-11-25"]},"message":"Unsupported protocol version"},"id":1,"jsonrpc":"2.0"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Two_principals_never_share_an_upstream_and_two_bearers_of_one_do()
    {
        var started = 0;
        _door.Holder = static caller => caller.Assertions[0].Value.Split('-')[0];
        await using var gate = await HttpGate.StartAsync(_door, () =>
        {
            started++;
            return new ChildUpstream(() => _server.Program, TimeProvider.System);
        });
        foreach (var token in (string[])["alice-1", "alice-2", "bob-1", "alice-1"])
        {
            using var response = await PostAsync(gate, "tools/list", null, Encoding.UTF8.GetBytes(Request("tools/list")), token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, started);
    }

    internal static string Request(string method) => $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{"_meta":{{{Meta}}} }}""";

    /// <summary>A row of <c>mcp-headers</c> as one request on a connection of its own, and what is expected.</summary>
    internal static (byte[] Bytes, string Expect) HeaderRow(string line)
    {
        var row = JsonNode.Parse(line)!;
        var (method, name) = ((string)row["method"]!, (string?)row["name"]);
        var body = name is null ? Request(method) : $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{"name":"{{{name}}}","_meta":{{{Meta}}} }}""";
        var head = new StringBuilder("POST /mcp/s HTTP/1.1\r\nHost: gate.test\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nConnection: close\r\n");
        foreach (var header in row["headers"]!.AsArray())
        {
            _ = head.Append($"{(string)header![0]!}: {(string)header[1]!}\r\n");
        }

        return (Encoding.Latin1.GetBytes($"{head}Content-Length: {body.Length}\r\n\r\n{body}"), (string)row["expect"]!);
    }

    internal static HttpRequestMessage Post(HttpGate gate, string? method, string? name, byte[] body, string token)
    {
        var request = gate.Request(HttpMethod.Post, "", token: token);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        _ = method is not null && request.Headers.TryAddWithoutValidation("Mcp-Method", method);
        _ = name is not null && request.Headers.TryAddWithoutValidation("Mcp-Name", name);
        return request;
    }

    /// <summary>A row of the older revision as the later one has it, where it is a message at all: the same message with its own <c>_meta</c>, and headers that say what it says.</summary>
    private static (byte[] Bytes, string? Method, string? Name) Later(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var method = root.GetProperty("method").GetString() ?? "";
            var isPlain = root.EnumerateObject().Select(p => p.Name).Distinct().Count() == root.EnumerateObject().Count();
            var parameters = root.TryGetProperty("params", out var given) ? given : default;
            var name = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("name", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            if (isPlain && parameters.ValueKind is JsonValueKind.Object && !parameters.TryGetProperty("_meta", out _) && parameters.GetRawText()[^1] == '}')
            {
                var raw = Encoding.UTF8.GetString(bytes);
                var at = raw.LastIndexOf(parameters.GetRawText(), StringComparison.Ordinal) + parameters.GetRawText().Length - 1;
                bytes = Encoding.UTF8.GetBytes(raw.Insert(at, (parameters.EnumerateObject().Any() ? "," : "") + $"\"_meta\":{Meta}"));
            }

            return (bytes, method.Length > 0 && method.All(c => c is > ' ' and <= '~') ? method : null, method is "tools/call" or "prompts/get" && name?.All(c => c is > ' ' and <= '~') == true ? name : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (bytes, "tools/call", "safe");
        }
    }

    private Task<HttpGate> GateAsync(bool http)
        => HttpGate.StartAsync(_door, () => http ? new HttpUpstream(_http.Url, TimeProvider.System) : new ChildUpstream(() => _server.Program, TimeProvider.System));

    private static Task<HttpResponseMessage> PostAsync(HttpGate gate, string? method, string? name, string body) => PostAsync(gate, method, name, Encoding.UTF8.GetBytes(body));

    private static async Task<HttpResponseMessage> PostAsync(HttpGate gate, string? method, string? name, byte[] body, string token = "alice")
    {
        using var request = Post(gate, method, name, body, token);
        return await gate.Client.SendAsync(request);
    }
}
