using System.Text;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Proof.Messages;

namespace Obstat.Gateway.Tests.Methods;

public sealed class McpRequestTests
{
    [Fact]
    public void What_is_forwarded_is_what_was_understood_and_our_own_token()
    {
        var request = Read("""{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"_meta":{"progressToken":"mine","approved":true},"name":"safe","arguments":{"b":1,"a":2}}}""");
        Assert.Equal("mine", request.ProgressToken!.AsString);
        Assert.Equal("""{"_meta":{"progressToken":9},"arguments":{"a":2,"b":1},"name":"safe"}""", request.Forwarded(9)!.ToString());
        Assert.Equal("""{"arguments":{"a":2,"b":1},"name":"safe"}""", request.Forwarded(null)!.ToString());
    }

    [Fact]
    public void Absent_params_stay_absent() => Assert.Null(Read("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""").Forwarded(null));

    [Fact]
    public void Every_method_that_is_decided_is_asked_for_by_the_shared_table_too()
        => Assert.Equal(
            MethodTable.Rows.Where(r => r.Revisions.HasFlag(Revision.R20251125) && r.Gate is Gate.Connect or Gate.List or Gate.Call or Gate.Watch && r.Name != "server/discover").Select(r => r.Name).Order(StringComparer.Ordinal),
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

    private static McpRequest Read(string text)
    {
        Assert.True(RpcMessage.TryParse(Encoding.UTF8.GetBytes(text), out var message, out var fault), fault.Text);
        Assert.True(McpRequest.TryRead(message, Revision.R20251125, out var request, out fault), fault.Text);
        return request;
    }
}
