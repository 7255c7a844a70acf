using Obstat.Core.Tests.Way;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

/// <summary>Which tools a principal may know of.</summary>
public class VisibilityTests
{
    [Theory]
    [InlineData("balance")]
    [InlineData("invented")]
    public void A_tool_that_no_policy_names_looks_like_one_that_does_not_exist(string tool)
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call(tool, "{}"));
        Assert.False(decided.Decision.IsAllowed);
        Assert.Empty(decided.Visible);
        Assert.Null(decided.Hint);
    }

    [Theory]
    [InlineData("", "transfer")]
    [InlineData("@id(\"a\") permit (principal, action == payments::Action::\"balance\", resource);", "balance,transfer")]
    [InlineData("@id(\"a\") permit (principal, action in Plane::Action::\"read\", resource);", "balance,transfer")]
    [InlineData("@id(\"a\") forbid (principal, action == payments::Action::\"transfer\", resource);", "transfer")]
    [InlineData("@id(\"a\") forbid (principal, action == payments::Action::\"balance\", resource); @id(\"b\") permit (principal, action in Plane::Action::\"call\", resource);", "transfer")]
    [InlineData("@id(\"a\") @agent_message(\"ask\") forbid (principal, action == payments::Action::\"balance\", resource);", "balance,transfer")]
    [InlineData("@id(\"a\") permit (principal is Plane::User, action == payments::Action::\"balance\", resource);", "transfer")]
    [InlineData("@id(\"a\") @expires(\"2020-01-01\") permit (principal, action == payments::Action::\"balance\", resource);", "transfer")]
    public void A_list_shows_what_the_listing_rule_says(string more, string visible)
    {
        const string classes = """{"format":1,"toolClasses":{"payments":{"balance":{"read":{}}}}}""";
        using var bench = new Bench(Bench.Limit + more, classes);
        var decided = bench.Decide(Bench.Method("tools/list"));
        Assert.True(decided.Decision.IsAllowed, bench.Snapshot.Law.Findings.FirstOrDefault()?.ToString());
        Assert.Equal(visible.Split(','), decided.Visible);
        foreach (var tool in (string[])["balance", "transfer"])
        {
            Assert.Equal(visible.Split(',').Contains(tool), bench.Decide(bench.Call(tool, "{}")).Visible.Contains(tool));
        }
    }

    [Fact]
    public void Other_lists_show_all_or_nothing()
    {
        using var bench = new Bench();
        Assert.Equal(["*"], bench.Decide(Bench.Method("prompts/list")).Visible);
        using var closed = new Bench("@id(\"connect\") permit (principal, action == Plane::Mcp::Action::\"connect\", resource);");
        var decided = closed.Decide(Bench.Method("prompts/list"));
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(decided));
        Assert.Empty(decided.Visible);
    }
}
