using System.Text;
using System.Text.Json.Nodes;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests.Http;

/// <summary>Arguments that stand in headers too (<c>x-mcp-header</c>, 2026-07-28): a call goes on exactly when both say the same, and what goes to the server is made anew.</summary>
public sealed class ParameterHeaderTests : IAsyncLifetime
{
    private const string Schema = """
        {"type":"object","properties":{"amount":{"type":"integer","x-mcp-header":"Amount"},"note":{"type":"string","x-mcp-header":"Note"},"urgent":{"type":"boolean","x-mcp-header":"Urgent"},
        "rate":{"type":"number","x-mcp-header":"Rate"},"deep":{"type":"object","properties":{"to":{"type":"string","x-mcp-header":"To"}}}}}
        """;

    private readonly FakeDoor _door = new();
    private readonly FakeUpstream _upstream = new();
    private HttpGate? _gate;

    public async ValueTask InitializeAsync()
    {
        _upstream.Tools = [Tool("safe", Schema), Tool("hidden", Schema)];
        _door.PinListed(_upstream.Tools);
        _door.Visible = ["safe"];
        _gate = await HttpGate.StartAsync(_door, () => _upstream);
    }

    public ValueTask DisposeAsync() => _gate!.DisposeAsync();

    /// <summary>Arguments, headers that come with them, and the headers that the server gets; null where nothing may reach it.</summary>
    public static TheoryData<string, string, string?> Rows => new()
    {
        { "{}", "", "" },
        { """{"amount":12}""", "Amount: 12", "Mcp-Param-Amount=12" },
        { """{"amount":12}""", "Amount: 12.0", "Mcp-Param-Amount=12" },
        { """{"amount":12}""", "Amount: 1.2e1", "Mcp-Param-Amount=12" },
        { """{"amount":12}""", "AMOUNT: 12", "Mcp-Param-Amount=12" },
        { """{"amount":12}""", "Amount: =?base64?MTI=?=", "Mcp-Param-Amount=12" },
        { """{"amount":12}""", "", null },
        { """{"amount":12}""", "Amount: 13", null },
        { """{"amount":12}""", "Amount: 012", null },
        { """{"amount":12}""", "Amount: +12", null },
        { """{"amount":12}""", "Amount: 0xC", null },
        { """{"amount":12}""", "Amount: 12,12", null },
        { """{"amount":12}""", "Amount: \"12\"", null },
        { """{"amount":12}""", "Amount:", null },
        { """{"amount":12}""", "Amount: =?base64?MTI?=", null },
        { """{"amount":12}""", "Amount: =?BASE64?MTI=?=", null },
        { """{"amount":12}""", "Amount: 12\nAmount: 12", null },
        { """{"amount":12}""", "Amount: 12\nAmount: 13", null },
        { """{"amount":9007199254740991}""", "Amount: 9007199254740991", "Mcp-Param-Amount=9007199254740991" },
        { """{"amount":9007199254740991}""", "Amount: 9007199254740991.4", null },
        { """{"amount":9007199254740990}""", "Amount: 9007199254740991", null },
        { "{}", "Amount: 12", null },
        { """{"amount":null}""", "", "" },
        { """{"amount":null}""", "Amount: null", null },
        { """{"note":"a b"}""", "Note: a b", "Mcp-Param-Note=a b" },
        { """{"note":""}""", "Note:", "Mcp-Param-Note==?base64??=" },
        { """{"note":""}""", "", null },
        { """{"note":"\u00e9"}""", "Note: =?base64?w6k=?=", "Mcp-Param-Note==?base64?w6k=?=" },
        { """{"note":"a"}""", "Note: A", null },
        { """{"note":"\u202ea"}""", "Note: a", null },
        { """{"note":"=?base64?YQ==?="}""", "Note: =?base64?YQ==?=", null },
        { """{"note":"=?base64?YQ==?="}""", "Note: =?base64?PT9iYXNlNjQ/WVE9PT89?=", "Mcp-Param-Note==?base64?PT9iYXNlNjQ/WVE9PT89?=" },
        { """{"note":12}""", "Note: 12", "Mcp-Param-Note=12" },
        { """{"urgent":true}""", "Urgent: true", "Mcp-Param-Urgent=true" },
        { """{"urgent":false}""", "Urgent: true", null },
        { """{"urgent":true}""", "Urgent: True", null },
        { """{"urgent":true}""", "Urgent: 1", null },
        { """{"urgent":"true"}""", "Urgent: true", "Mcp-Param-Urgent=true" },
        { """{"rate":0.5}""", "Rate: 5e-1", "Mcp-Param-Rate=0.5" },
        { """{"rate":0.5}""", "Rate: .5", null },
        { """{"rate":0.1}""", "Rate: 0.1000000000000000055", null },
        { """{"deep":{"to":"x"}}""", "To: x", "Mcp-Param-To=x" },
        { """{"deep":{"to":"x"}}""", "To: y", null },
        { """{"deep":{}}""", "To: y", null },
        { """{"amount":[12]}""", "Amount: 12", null },
        { """{"note":"x"}""", "Note: x\nOther: danger", "Mcp-Param-Note=x" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_call_goes_on_exactly_when_its_headers_say_what_its_arguments_say(string arguments, string headers, string? sent)
    {
        var text = await SendAsync("safe", arguments, headers);
        if (sent is null)
        {
            Assert.True(RawHttp.Statuses(text) is [400], text);
            Assert.Empty(_upstream.Calls);
            Assert.DoesNotContain(_door.Asked, a => a.Method == "tools/call");
        }
        else
        {
            Assert.True(RawHttp.Statuses(text) is [200], text);
            Assert.Equal(sent, string.Join(' ', Assert.Single(_upstream.Calls).Headers.Select(h => $"{h.Name}={h.Value}")));
        }
    }

    [Fact]
    public async Task A_tool_that_may_not_be_known_is_answered_as_an_invented_one_whatever_its_headers_say()
    {
        var invented = await SendAsync("invented", """{"amount":12}""", "Amount: 13");
        Assert.Contains("-32602", invented, StringComparison.Ordinal);
        foreach (var headers in (string[])["Amount: 13", "Amount: 12", ""])
        {
            Assert.Equal(Body(invented), Body(await SendAsync("hidden", """{"amount":12}""", headers)));
        }

        Assert.Empty(_upstream.Calls);
    }

    [Fact]
    public async Task A_tool_that_asks_for_other_headers_than_the_approved_one_is_not_the_approved_one()
    {
        _upstream.Tools = [Tool("safe", Schema.Replace("\"Amount\"", "\"Sum\"", StringComparison.Ordinal))];
        var text = await SendAsync("safe", """{"amount":12}""", "Amount: 12");
        Assert.Equal("AttestationBroken", (string?)JsonNode.Parse(Body(text))!["result"]!["_meta"]!["execution/denial"]!["reason"]);
        Assert.Empty(_upstream.Calls);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A B"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A\r\nEvil: 1"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-mcp-header":""}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-mcp-header":"A"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"x-mcp-header":"A"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}""")]
    [InlineData("""{"type":"object","anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}""")]
    public async Task A_tool_whose_schema_asks_for_improper_headers_is_never_called(string schema)
    {
        Assert.Null(ParameterHeaders.Of(Json(schema)));
        _upstream.Tools = [Tool("safe", schema)];
        _door.PinListed(_upstream.Tools);
        var text = await SendAsync("safe", """{"a":"x"}""", "A: x");
        Assert.Equal("AttestationBroken", (string?)JsonNode.Parse(Body(text))!["result"]!["_meta"]!["execution/denial"]!["reason"]);
        Assert.Empty(_upstream.Calls);
    }

    private static string Body(string text) => text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static JsonValue Tool(string name, string schema) => JsonValue.Object(("name", JsonValue.Of(name)), ("inputSchema", Json(schema)));

    private static JsonValue Json(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value : throw new FormatException(error.ToString());

    /// <summary>One call on a connection of its own; header lines without their prefix.</summary>
    private Task<string> SendAsync(string tool, string arguments, string headers)
    {
        const string meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";
        var body = Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}},"_meta":{{{meta}}} }}""");
        var head = new StringBuilder("POST /mcp/s HTTP/1.1\r\nHost: gate.test\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n")
            .Append($"Connection: close\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\nContent-Length: {body.Length}\r\n");
        foreach (var line in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = head.Append($"Mcp-Param-{line}\r\n");
        }

        return RawHttp.SendAsync(_gate!.Address, [.. Encoding.Latin1.GetBytes($"{head}\r\n"), .. body], halfClose: false);
    }
}
