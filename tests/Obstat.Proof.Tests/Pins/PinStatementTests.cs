using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Pins;

namespace Obstat.Proof.Tests.Pins;

public class PinStatementTests
{
    private static readonly SigningKey Operator = SigningKey.Create(KeyRole.Operator);
    private static readonly ServerIdentity Server = ServerIdentity.OfCommand("payments", ["payments", "--journal", "j"]);

    private static JsonValue Tool(string name, string description = "d") => JsonValue.Object(
        ("name", JsonValue.Of(name)), ("description", JsonValue.Of(description)), ("inputSchema", JsonValue.Object(("type", JsonValue.Of("object")))), ("_meta", JsonValue.Object(("x", JsonValue.Of(1)))));

    private static PinStatement Statement { get; } = PinStatement.TryMake(Server, [Tool("transfer"), Tool("balance")], out var made, out _) ? made : throw new InvalidOperationException();

    private static bool Accepts(byte[] envelope, params JwsKey[] operators) => PinStatement.TryVerify(envelope, operators, out _, out _);

    [Fact]
    public void A_pin_verifies_under_an_operators_key_and_says_what_was_approved()
    {
        Assert.True(PinStatement.TryVerify(Statement.Sign(Operator), [Operator.Public], out var read, out _));
        Assert.Equal(["balance", "transfer"], read.Tools.Select(t => t.Name));
        Assert.Equal(ToolHash.Of(Server, Tool("transfer")), read.Tools[1].Hash);
        Assert.Null(read.Tools[0].Tool["_meta"]);
        Assert.False(Accepts(Statement.Sign(Operator)));
        Assert.False(Accepts(Statement.Sign(Operator), SigningKey.Create(KeyRole.Operator).Public));
        Assert.True(SigningKey.TryFromPem(Operator.ToPem(), KeyRole.Permit, out var wrongRole));
        Assert.False(Accepts(Statement.Sign(wrongRole), wrongRole.Public));
    }

    [Fact]
    public void Every_changed_byte_of_an_envelope_refuses()
    {
        var envelope = Statement.Sign(Operator);
        for (var i = 0; i < envelope.Length; i++)
        {
            var changed = envelope.ToArray();
            changed[i] ^= 1;
            Assert.False(Accepts(changed, Operator.Public));
        }
    }

    [Fact]
    public void A_tool_is_its_definition_and_its_server()
    {
        var hash = ToolHash.Of(Server, Tool("transfer"));
        Assert.Equal(hash, ToolHash.Of(Server, Tool("transfer").With("_meta", JsonValue.Of(2))));
        Assert.NotEqual(hash, ToolHash.Of(Server, Tool("transfer", "D")));
        Assert.NotEqual(hash, ToolHash.Of(Server, Tool("transfer").With("annotations", JsonValue.EmptyObject)));
        Assert.NotEqual(hash, ToolHash.Of(ServerIdentity.OfCommand("payments", ["payments"]), Tool("transfer")));
        Assert.NotEqual(hash, ToolHash.Of(ServerIdentity.OfUrl("payments", "http://127.0.0.1:1/mcp"), Tool("transfer")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("tr\u0430nsfer")]
    [InlineData("a\u202eb")]
    public void A_name_that_could_be_mistaken_is_not_pinned(string name) => Assert.False(PinStatement.TryMake(Server, [Tool(name)], out _, out _));

    [Fact]
    public void The_same_name_twice_is_not_pinned() => Assert.False(PinStatement.TryMake(Server, [Tool("a"), Tool("a", "other")], out _, out _));

    [Fact]
    public void A_signed_statement_with_another_member_or_a_wrong_hash_refuses()
    {
        var text = Encoding.UTF8.GetString(Statement.ToBytes());
        Assert.False(Accepts(Envelope(text.Replace("\"tools\":", "\"more\":1,\"tools\":", StringComparison.Ordinal)), Operator.Public));
        Assert.False(Accepts(Envelope(text.Replace(Statement.Tools[0].Hash.ToBase64Url(), Statement.Tools[1].Hash.ToBase64Url(), StringComparison.Ordinal)), Operator.Public));
        Assert.False(Accepts(Envelope(text + " "), Operator.Public));
        Assert.True(Accepts(Envelope(text), Operator.Public));
    }

    private static byte[] Envelope(string payload)
    {
        using var signer = Operator.ToStatementSigner();
        var bytes = Encoding.UTF8.GetBytes(payload);
        return JsonValue.Object(("payload", JsonValue.Of(Convert.ToBase64String(bytes))), ("payloadType", JsonValue.Of(Names.StatementPayloadType)),
            ("signatures", JsonValue.Array(JsonValue.Object(("sig", JsonValue.Of(Convert.ToBase64String(signer.Sign(bytes)))))))).ToCanonicalBytes();
    }
}
