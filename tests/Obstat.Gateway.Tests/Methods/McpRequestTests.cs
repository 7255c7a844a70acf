using System.Text;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;

namespace Obstat.Gateway.Tests.Methods;

public sealed class McpRequestTests
{
    [Fact]
    public void What_is_forwarded_is_what_was_understood_and_our_own_token()
    {
        var request = Read("""{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"_meta":{"progressToken":"mine","approved":true},"name":"safe","arguments":{"b":1,"a":2}}}""");
        Assert.Equal("mine", request.Meta.ProgressToken!.AsString);
        Assert.Equal("""{"_meta":{"progressToken":9},"arguments":{"a":2,"b":1},"name":"safe"}""", request.Forwarded(9, JsonValue.EmptyObject)!.ToString());
        Assert.Equal("""{"arguments":{"a":2,"b":1},"name":"safe"}""", request.Forwarded(null, JsonValue.EmptyObject)!.ToString());
        Assert.Equal(request.Parameters, request.Decided);
    }

    [Fact]
    public void Absent_params_stay_absent() => Assert.Null(Read("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""").Forwarded(null, JsonValue.EmptyObject));

    [Fact]
    public void Every_method_that_is_decided_is_asked_for_by_the_shared_table_too()
        => Assert.Equal(
            MethodTable.Rows.Where(r => r.Gate is Gate.Connect or Gate.List or Gate.Call or Gate.Watch or Gate.Listen or Gate.Asks).Select(r => r.Name).Distinct().Order(StringComparer.Ordinal),
            McpMethods.Rows.Where(r => r.Gate == McpGate.Asked).Select(r => r.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("tools/call", """{"name":"safe","task":{"ttl":1}}""")]
    [InlineData("tools/call", """{"name":"safe","_meta":{"progressToken":1.5}}""")]
    [InlineData("tools/call", """{"name":"safe","_meta":[]}""")]
    [InlineData("resources/read", """{"uri":"file:///\u0000"}""")]
    [InlineData("resources/read", """{"uri":""}""")]
    [InlineData("prompts/get", """{"name":"x","arguments":{"a":1}}""")]
    [InlineData("initialize", """{"protocolVersion":"2025-11-25"}""")]
    public void Params_that_are_not_understood_are_refused(string method, string parameters)
    {
        Assert.True(RpcMessage.TryParse(Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{parameters}}}"), out var message, out _));
        Assert.False(McpRequest.TryRead(message, Revision.R20251125, out _, out var fault));
        Assert.Equal(RpcCodes.InvalidParams, fault.Code);
    }

    [Theory]
    [InlineData("initialize", "2026-07-28")]
    [InlineData("server/discover", "2025-11-25")]
    [InlineData("tools/call", "2025-03-26")]
    public void A_method_of_another_revision_is_unknown(string method, string revision)
    {
        Assert.True(RpcMessage.TryParse(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{"name":"safe"} }"""), out var message, out _));
        Assert.False(McpRequest.TryRead(message, RevisionText.Parse(revision), out _, out var fault));
        Assert.Equal(RpcCodes.MethodNotFound, fault.Code);
    }

    [Fact]
    public void What_a_later_request_says_of_itself_is_made_anew_and_not_decided_on()
    {
        const string text = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/clientInfo":{"name":"me"},"io.modelcontextprotocol/logLevel":"info","own":1},"name":"safe"}}""";
        var request = Read(text, Revision.R20260728);
        Assert.Equal("""{"name":"safe"}""", request.Decided!.ToString());
        Assert.Equal(
            """{"_meta":{"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"obstat-gateway","version":"0.1.0"},"io.modelcontextprotocol/logLevel":"info","io.modelcontextprotocol/protocolVersion":"2026-07-28"},"name":"safe"}""",
            request.Forwarded(null, JsonValue.EmptyObject)!.ToString());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"_meta":{}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"loud"}}""")]
    public void A_later_request_says_its_revision_and_what_its_client_can_do(string parameters)
    {
        Assert.True(RpcMessage.TryParse(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{parameters}} }"""), out var message, out _));
        Assert.False(McpRequest.TryRead(message, Revision.R20260728, out _, out var fault));
        Assert.Equal((RpcCodes.InvalidParams, 400), (fault.Code, fault.Status));
    }

    private static McpRequest Read(string text) => Read(text, Revision.R20251125);

    private static McpRequest Read(string text, Revision revision)
    {
        Assert.True(RpcMessage.TryParse(Encoding.UTF8.GetBytes(text), out var message, out var fault), fault.Text);
        Assert.True(McpRequest.TryRead(message, revision, out var request, out fault), fault.Text);
        return request;
    }
}
