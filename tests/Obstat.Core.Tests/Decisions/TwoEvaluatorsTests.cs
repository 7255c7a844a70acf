using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Values;
using Obstat.Core.Decisions;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

/// <summary>An answer counts only if both evaluators give it.</summary>
public class TwoEvaluatorsTests
{
    private const string Permit = "permit(principal, action, resource);";
    private const string Forbid = "forbid(principal, action, resource) when { context.n > 1 };";

    private static readonly EntityStore Store = EntityStore.Of([new(new("U", "a")), new(new("Action", "x")), new(new("R", "r"))]).Require();

    [Fact]
    public void What_both_say_is_the_answer()
    {
        var both = TwoEvaluators.Of(PolicySet.Parse(Permit + Forbid).Require());
        Assert.Equal(Cedar.Decision.Allow, both.Ask(Store, Request(1))!.Decision);
        Assert.Equal(Cedar.Decision.Deny, both.Ask(Store, Request(2))!.Decision);
    }

    [Theory]
    [InlineData("")]
    [InlineData("permit(principal, action, resource) when { context.n < 1 };")]
    [InlineData("permit(principal, action, resource); permit(principal, action, resource);")]
    [InlineData("permit(principal, action, resource); forbid(principal, action, resource) when { context.m };")]
    [InlineData("permit(principal, action, resource); forbid(principal, action, resource) when { U::\"b\" in R::\"r\" };")]
    public void Where_they_differ_in_anything_there_is_no_answer(string other)
    {
        var planted = new TwoEvaluators(PolicySet.Parse(Permit).Require(), new FastEvaluator(PolicySet.Parse(other).Require(), EntityStore.Empty));
        Assert.Null(planted.Ask(Store, Request(1)));
    }

    [Fact]
    public void No_answer_is_a_fault_and_denies()
    {
        var decision = Core.Decisions.Decision.From(null);
        Assert.False(decision.IsAllowed);
        Assert.Equal(DenyReason.Fault, decision.Reason);
    }

    private static Request Request(long n) => new(new("U", "a"), new("Action", "x"), new("R", "r"), CedarValue.RecordOf(("n", CedarValue.Of(n))));
}
