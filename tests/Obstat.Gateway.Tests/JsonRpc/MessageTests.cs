using System.Text;
using CsCheck;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Tests.JsonRpc;

public sealed class MessageTests
{
    [Fact]
    public void Every_malformed_row_is_refused_before_anything_is_decided()
    {
        foreach (var row in WireRow.Read("jsonrpc").Where(r => r is { Expect: "refuse", Code: "Malformed" }))
        {
            // An answer is well formed; that it answers nothing is for the connection to know.
            Assert.True(Fault(row.Bytes) is { } fault && fault != RpcCodes.MethodNotFound || (RpcMessage.TryParse(row.Bytes, out var answer, out _) && answer.Kind is RpcKind.Result or RpcKind.Error), row.ToString());
        }
    }

    [Fact]
    public void Every_row_that_is_to_be_decided_is_understood()
    {
        var rows = WireRow.Read("jsonrpc").Where(r => r.Expect == "accept" || r.Code is "Forbidden" or "NotPermitted").ToArray();
        Assert.True(rows.Length > 10);
        Assert.All(rows, row => Assert.Null(Fault(row.Bytes)));
    }

    [Fact]
    public void Every_unknown_method_of_the_rows_is_refused_as_unknown()
        => Assert.All(WireRow.Read("jsonrpc").Where(r => r.Code == "UnknownAction" && r.Class != "tool-name"), row => Assert.Equal(RpcCodes.MethodNotFound, Fault(row.Bytes)));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","extra":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}}""")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""")]
    public void What_is_not_exactly_one_message_is_refused(string text) => Assert.False(RpcMessage.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void A_refused_request_is_answered_under_its_own_id_only_when_it_was_certain()
    {
        Assert.False(RpcMessage.TryParse("""{"jsonrpc":"1.0","id":7,"method":"ping"}"""u8, out _, out var fault));
        Assert.Equal(7, fault.Id!.AsInteger);
        Assert.False(RpcMessage.TryParse("""{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}"""u8, out _, out fault));
        Assert.Null(fault.Id);
    }

    [Fact]
    public void An_id_comes_back_verbatim_in_value_and_type()
        => Gen.OneOf(Gen.Long[-JsonValue.IntegerMax, JsonValue.IntegerMax].Select(JsonValue.Of), Gen.String[Gen.Char.AlphaNumeric, 0, 40].Select(s => JsonValue.Of(s))).Sample(id =>
        {
            var request = JsonValue.Object(("jsonrpc", JsonValue.Of("2.0")), ("id", id), ("method", JsonValue.Of("ping")));
            return RpcMessage.TryParse(request.ToCanonicalBytes(), out var message, out _)
                && RpcMessage.TryParse(RpcWriter.Result(message.Id!, JsonValue.EmptyObject), out var answer, out _) && answer.Id!.Equals(id);
        }, iter: 500);

    [Fact]
    public void Any_bytes_are_a_message_or_a_fault_and_the_same_twice()
        => Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            var first = RpcMessage.TryParse(bytes, out var message, out var fault);
            return first == RpcMessage.TryParse(bytes, out _, out var again) && first == message is not null && fault.Text == again.Text;
        }, iter: 2000);

    private static int? Fault(byte[] bytes)
        => !RpcMessage.TryParse(bytes, out var message, out var fault) ? fault.Code
            : message.Kind is RpcKind.Result or RpcKind.Error ? null
            : McpRequest.TryRead(message, Revision.R20251125, out _, out fault) ? null : fault.Code;
}
