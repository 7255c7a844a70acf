using Obstat.Core.Tests.Way;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

/// <summary>The methods of MCP, each with an action of its own.</summary>
public class MethodTests
{
    [Fact]
    public void Every_method_that_is_gated_has_its_own_action()
    {
        using var bench = new Bench("""
            @id("read") permit (principal, action == Plane::Mcp::Action::"resources/read", resource) when { context.input.uri like "file:///ok/*" };
            @id("prompt") permit (principal, action == Plane::Mcp::Action::"prompts/get", resource) when { context.input has arguments && context.input.arguments.hasTag("topic") && context.input.arguments.getTag("topic") == "law" };
            """);
        Assert.True(bench.Decide(Bench.Method("resources/read", ("uri", JsonValue.Of("file:///ok/a")))).Decision.IsAllowed);
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(bench.Decide(Bench.Method("resources/read", ("uri", JsonValue.Of("file:///etc/passwd"))))));
        Assert.True(bench.Decide(Bench.Method("prompts/get", ("name", JsonValue.Of("x")), ("arguments", Bench.Json("""{"topic":"law"}""")))).Decision.IsAllowed);
        Assert.Equal(DenyReason.Malformed, Bench.Reason(bench.Decide(Bench.Method("prompts/get", ("name", JsonValue.Of("x")), ("arguments", Bench.Json("""{"topic":1}"""))))));
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(bench.Decide(Bench.Method("initialize"))));
    }

    [Fact]
    public void What_a_server_asks_it_asks_for_itself()
    {
        using var bench = new Bench("""
            @id("connect") permit (principal, action == Plane::Mcp::Action::"connect", resource);
            @id("ask") permit (principal == Plane::Server::"payments", action in [Plane::Mcp::Action::"elicitation", Plane::Mcp::Action::"roots"], resource == Plane::Server::"payments");
            @id("agents") permit (principal is Plane::Agent, action in Plane::Action::"act", resource);
            @id("not") forbid (principal is Plane::Server, action == Plane::Mcp::Action::"roots", resource);
            """);
        var question = ("arguments", Bench.Json("""{"message":"how many?","requestedSchema":{"type":"object"}}"""));
        Assert.True(bench.Decide(Bench.Method("elicitation/create", question)).Decision.IsAllowed, bench.Snapshot.Law.Findings.FirstOrDefault()?.ToString());
        Assert.Equal(DenyReason.Forbidden, Bench.Reason(bench.Decide(Bench.Method("roots/list"))));
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(bench.Decide(Bench.Method("sampling/createMessage"))));
        Assert.Equal(["elicitation"], bench.Decide(Bench.Method("initialize")).Visible);
        Assert.Equal(["elicitation"], bench.Decide(Bench.Method("server/discover")).Visible);
    }

    [Fact]
    public void A_call_that_comes_again_with_answers_is_another_action()
    {
        using var bench = new Bench();
        var first = bench.Request(bench.Call("transfer", Bench.Small)).Action;
        var again = bench.Request(bench.Call("transfer", Bench.Small).With("input_responses", Bench.Json("""{"ok":{"action":"accept"}}""")).With("state_hash", JsonValue.Of(first.ActHash.ToBase64Url()))).Action;
        Assert.NotEqual(first.ActHash, again.ActHash);
        foreach (var action in (JsonValue[])[bench.Call("transfer", Bench.Small).With("state_hash", JsonValue.Of("short")), Bench.Method("tools/list").With("input_responses", JsonValue.EmptyObject)])
        {
            Assert.False(CanonicalAction.TryParse(action, out _, out var refusal));
            Assert.Equal(DenyReason.Malformed, refusal.Reason);
        }
    }
}
