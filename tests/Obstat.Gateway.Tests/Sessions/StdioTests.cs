using System.Text;
using System.Text.Json.Nodes;
using Obstat.Enforcement;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests.Sessions;

public sealed class StdioTests : IDisposable
{
    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();

    public StdioTests() => _door.Pin("safe", "danger");

    public void Dispose() => _server.Dispose();

    private LocalClient Client(string server = "s", string? token = "alice") => new(_door, () => new ChildUpstream(() => _server.Program, TimeProvider.System), server, token);

    [Fact]
    public async Task Every_row_of_the_wire_reaches_the_server_exactly_when_it_may()
    {
        await using var client = Client();
        await client.OpenAsync();
        var expected = 0;
        var either = 0;
        foreach (var row in WireRow.Read("jsonrpc"))
        {
            var counted = _door.Counted.Count;
            var ids = Ids(row.Bytes);
            ids.ForEach(client.Forget);
            var answers = ids.ConvertAll(client.Answer);
            client.Send(row.Bytes);
            await client.AskAsync($$"""{"jsonrpc":"2.0","id":"barrier-{{row.Id}}","method":"ping"}""", $"\"barrier-{row.Id}\"");
            if (row.Expect == "accept" || row.Code is "Forbidden" or "NotPermitted" || (row.Code == "UnknownAction" && row.Class == "tool-name"))
            {
                var answer = await answers[0];
                var denial = answer["result"]?["_meta"]?["execution/denial"] ?? answer["error"]?["data"];
                Assert.True(row.Code switch
                {
                    null => answer["result"] is not null && denial is null,
                    "UnknownAction" => answer.ToJsonString().Contains("""{"code":-32602,"message":"Unknown tool"}""", StringComparison.Ordinal),
                    _ => (string?)denial?["reason"] == row.Code,
                }, $"{row}: {answer.ToJsonString()}");
                expected += row.Expect == "accept" ? 1 : 0;
            }
            else if (row.Expect == "either")
            {
                either++;
                Assert.All(await Task.WhenAll(answers), a => Assert.NotNull(a));
            }
            else if (row.Id != "rpc-049")
            {
                Assert.True(_door.Counted.Count > counted, row.ToString());
                Assert.Equal(row.Code switch { "Malformed" => DenyReason.Malformed, _ => DenyReason.UnknownAction }, _door.Counted.Last());
            }
            else
            {
                // Two lines: each is judged alone, and the second one is a call of a forbidden tool.
                Assert.Equal(3, (await client.AskAsync("""{"jsonrpc":"2.0","id":"after","method":"ping"}""", "\"after\"")).Count);
                await Task.WhenAll(answers);
                expected++;
            }
        }

        Assert.Empty(client.Faults);
        var calls = _server.Requests("tools/call");
        Assert.All(calls, call => Assert.Equal("safe", JsonNode.Parse(call)!["params"]!["name"]!.GetValue<string>()));
        Assert.InRange(calls.Length, expected, expected + either);
        Assert.Equal(_server.Lines("effect").Length, calls.Length);
        Assert.DoesNotContain(_server.Lines("request"), l => ((string)l["body"]!).Contains("danger", StringComparison.Ordinal));
        Assert.Equal(["notifications/initialized", "initialize", "logging/setLevel", "resources/templates/list", "tools/call", "tools/list"], _server.Lines("request")
            .Select(l => JsonNode.Parse((string)l["body"]!)!["method"]!.GetValue<string>()).Distinct().OrderBy(m => m == "notifications/initialized" ? "" : m, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_permitted_call_is_forwarded_as_its_canonical_form_under_our_own_id()
    {
        await using var client = Client();
        await client.OpenAsync();
        var answer = await client.AskAsync("""{ "method":"tools\/call", "id":"x y","jsonrpc":"2.0","params":{"arguments":{"b":1.50,"a":"\u0041"},"name":"safe","_meta":{"who":"admin"}}}""", "\"x y\"");
        Assert.Equal("done", (string?)answer["result"]!["content"]![0]!["text"]);
        var call = Assert.Single(_server.Requests("tools/call"));
        Assert.Matches("""^\{"id":[0-9]+,"jsonrpc":"2.0","method":"tools/call","params":\{"arguments":\{"a":"A","b":1.5\},"name":"safe"\}\}$""", call);
        var ending = _door.Endings.Last();
        Assert.Equal(EndResult.Succeeded, ending.Result);
        Assert.Equal(Encoding.UTF8.GetByteCount(call), ending.BytesOut);
        Assert.True(ending.BytesIn > 0 && ending.Started <= ending.Ended);
    }

    [Fact]
    public async Task A_list_shows_what_is_visible_and_exactly_as_approved()
    {
        File.WriteAllText(_server.ToolsFile, """{"tools":[{"name":"safe","description":"now evil","inputSchema":{"type":"object"}},{"name":"danger","inputSchema":{"type":"object"},"_meta":{"x":1}},{"name":"hidden","inputSchema":{"type":"object"}}]}""");
        await using var client = Client();
        await client.OpenAsync();
        var answer = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", "1");
        Assert.Equal("""{"tools":[{"inputSchema":{"type":"object"},"name":"danger"}]}""", answer["result"]!.ToJsonString());
    }

    [Fact]
    public async Task A_tool_that_changed_after_approval_is_refused_by_code_and_does_not_run()
    {
        await using var client = Client();
        await client.OpenAsync();
        File.WriteAllText(_server.ToolsFile, PaymentsServer.SafeAndDanger.Replace("\"safe\"", "\"safe\",\"description\":\"now evil\"", StringComparison.Ordinal));
        var answer = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"}}""", "1");
        Assert.Equal("AttestationBroken", (string?)answer["result"]!["_meta"]!["execution/denial"]!["reason"]);
        Assert.Empty(_server.Requests("tools/call"));
    }

    [Fact]
    public async Task An_unlisted_and_an_invented_tool_are_answered_with_the_same_bytes()
    {
        _door.Visible = ["safe"];
        await using var client = Client();
        await client.OpenAsync();
        var unlisted = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"danger","arguments":{"secret":1}}}""", "1");
        client.Forget("1");
        var invented = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"invented"}}""", "1");
        Assert.Equal(unlisted.ToJsonString(), invented.ToJsonString());
        Assert.Equal("""{"error":{"code":-32602,"message":"Unknown tool"},"id":1,"jsonrpc":"2.0"}""", invented.ToJsonString());
    }

    [Fact]
    public async Task Nobody_starts_nothing()
    {
        await using var client = Client(token: null);
        var answer = await client.AskAsync(LocalClient.Initialize, "\"init\"");
        Assert.Equal(-31000, (int?)answer["error"]!["code"]);
        Assert.Equal("IdentityUnverifiable", (string?)answer["error"]!["data"]!["reason"]);
        var call = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"}}""", "1");
        Assert.NotNull(call["error"]);
        Assert.False(File.Exists(_server.Journal));
    }

    [Fact]
    public async Task A_server_that_is_not_registered_is_refused_by_name()
    {
        await using var client = Client(server: "other");
        Assert.Equal("UnknownAction", (string?)(await client.AskAsync(LocalClient.Initialize, "\"init\""))["error"]!["data"]!["reason"]);
        Assert.Empty(_door.Asked);
    }

    [Theory]
    [InlineData("PlaneUnavailable")]
    [InlineData("LedgerUnavailable")]
    [InlineData("AssertionInvalid")]
    public async Task When_no_decision_can_be_had_nothing_runs(string code)
    {
        await using var client = Client();
        await client.OpenAsync();
        _door.Away = Enum.Parse<DenyReason>(code);
        var answer = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"}}""", "1");
        Assert.Equal(code, (string?)answer["result"]!["_meta"]!["execution/denial"]!["reason"]);
        var invented = await client.AskAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"invented"}}""", "2");
        Assert.Equal(answer.ToJsonString().Replace("safe", "invented", StringComparison.Ordinal).Replace("\"id\":1", "\"id\":2", StringComparison.Ordinal), invented.ToJsonString());
        Assert.Empty(_server.Requests("tools/call"));
    }

    [Fact]
    public async Task A_tool_that_was_shown_once_is_refused_by_code_when_it_is_hidden_later()
    {
        await using var client = Client();
        await client.OpenAsync();
        await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", "1");
        _door.Visible = [];
        var shown = await client.AskAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"safe"}}""", "2");
        Assert.Equal("UnknownAction", (string?)shown["result"]!["_meta"]!["execution/denial"]!["reason"]);
        var invented = await client.AskAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"invented"}}""", "3");
        Assert.Equal(-32602, (int?)invented["error"]!["code"]);
    }

    [Fact]
    public async Task A_permit_for_somebody_else_runs_nothing_on_this_connection()
    {
        await using var client = Client();
        await client.OpenAsync();
        _door.Holder = _ => "mallory";
        var answer = await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"}}""", "1");
        Assert.Equal("PermitMismatch", (string?)answer["error"]!["data"]!["reason"]);
        Assert.Equal(EndResult.Refused, _door.Endings.Last().Result);
        Assert.Empty(_server.Requests("tools/call"));
    }

    [Fact]
    public async Task Only_what_both_sides_can_do_is_offered()
    {
        await using var client = Client();
        var result = (await client.OpenAsync())["result"]!;
        Assert.Equal("2025-11-25", (string?)result["protocolVersion"]);
        Assert.Equal(["logging", "tools"], result["capabilities"]!.AsObject().Select(m => m.Key));
        Assert.Equal(-32601, (int?)(await client.AskAsync("""{"jsonrpc":"2.0","id":1,"method":"prompts/list"}""", "1"))["error"]!["code"]);
        Assert.Equal(-32600, (int?)(await client.AskAsync("""{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{}}}""", "2"))["error"]!["code"]);
    }

    [Fact]
    public async Task The_child_dies_with_its_connection()
    {
        var client = Client();
        await client.OpenAsync();
        var pid = Children();
        Assert.Single(pid);
        await client.DisposeAsync();
        Assert.Empty(Children());
    }

    private string[] Children() => [.. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _) && CommandLine(d).Contains(_server.Journal, StringComparison.Ordinal))];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static List<string> Ids(byte[] bytes)
    {
        var ids = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            if (RpcMessage.TryParse(Encoding.UTF8.GetBytes(line), out var message, out _) && message is { Kind: RpcKind.Request, Id: { } id })
            {
                ids.Add(id.ToString());
            }
        }

        return ids;
    }
}
