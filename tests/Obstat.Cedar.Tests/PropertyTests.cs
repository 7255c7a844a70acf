using System.Globalization;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>What holds of every policy, on random input. The seed is in the message of a failure.</summary>
public sealed class PropertyTests
{
    private const int Cases = 3000;

    [Fact]
    public void Printing_and_reading_give_the_same_policy_in_text_and_json() => Each((seed, g) =>
    {
        var policy = PolicySet.Parse(g.PolicyText()).Require().Policies[0];
        var fromText = PolicySet.Parse(policy.ToText()).Require().Policies[0];
        var fromJson = Policy.ParseJson("policy0", policy.ToJson()).Require();
        Assert.True(fromText.ToJson() == policy.ToJson() && fromJson.ToJson() == policy.ToJson(), $"seed {seed}: {policy.ToText()}");
        Assert.True(fromText.ToText() == policy.ToText(), $"seed {seed}: printing twice differs: {policy.ToText()}");
    });

    [Fact]
    public void Both_evaluators_agree_and_order_does_not_matter() => Each((seed, g) =>
    {
        var texts = Enumerable.Range(0, 1 + g.Next(5)).Select(i => (Id: "p" + i, Text: g.PolicyText())).ToList();
        var policies = texts.Select(t => PolicySet.Parse(t.Text).Require().Policies[0].WithId(t.Id)).ToList();
        var store = EntityStore.Load(g.EntitiesJson()).Require();
        var request = Request(g);
        var wrong = new List<string>();
        var both = new BothEvaluators($"seed {seed}", PolicySet.Of(policies).Require(), store);
        var answer = both.Decide(request, wrong);
        both.DecideMinted(request, wrong);
        Assert.Empty(wrong);
        var reversed = Evaluator.Decide(PolicySet.Of(Enumerable.Reverse(policies)).Require(), store, request, Mode.Standard);
        Assert.Equal(answer.Reasons, reversed.Reasons);
        Assert.Equal(answer.Errors, reversed.Errors);
    });

    [Fact]
    public void A_strictly_valid_policy_on_valid_data_fails_only_in_three_ways()
    {
        var schema = Schema.Parse(CaseGenerator.Schema).Require();
        var valid = 0;
        Each((seed, g) =>
        {
            var set = PolicySet.Parse(g.PolicyText()).Require();
            if (!Validator.Check(set, schema).IsStrictlyValid)
            {
                return;
            }

            valid++;
            var store = EntityStore.Load(g.EntitiesJson(), schema).Require();
            for (var i = 0; i < 4; i++)
            {
                var request = Request(g);
                Assert.True(SchemaCheck.Request(request, schema).IsEmpty);
                Assert.All(Evaluator.Decide(set, store, request, Mode.Standard).Errors, e => Assert.True(
                    e.Kind is EvaluationError.EntityAbsent or EvaluationError.Overflow or EvaluationError.ExtensionError, $"seed {seed}: {e} in {set.Policies[0].ToText()}"));
            }
        }, unsound: 0);
        Assert.True(valid > Cases / 10, $"only {valid} valid policies");
    }

    [Fact]
    public void Adding_a_forbid_never_allows_more_and_removing_an_entity_never_turns_a_strict_denial_into_an_allow() => Each((seed, g) =>
    {
        var permits = PolicySet.Parse(string.Join("\n", g.PolicyText(), g.PolicyText(), g.PolicyText())).Require();
        var forbid = PolicySet.Parse(g.PolicyText().Replace("permit(", "forbid(", StringComparison.Ordinal)).Require().Policies[0].WithId("more");
        var more = PolicySet.Of([.. permits.Policies, forbid]).Require();
        var entities = EntityStore.Load(g.EntitiesJson()).Require();
        var request = Request(g);
        var before = Evaluator.Decide(permits, entities, request, Mode.Strict);
        if (before.Decision == Decision.Deny)
        {
            Assert.True(Evaluator.Decide(more, entities, request, Mode.Strict).Decision == Decision.Deny, $"seed {seed}");
        }

        // Only what nothing else hangs on may go: removing a group in the middle changes who is in what.
        var all = entities.Entities.ToList();
        foreach (var gone in all.Where(e => !entities.IsParent(e.Uid)))
        {
            var without = EntityStore.Of(all.Where(e => e != gone)).Require();
            if (before.Decision == Decision.Deny)
            {
                Assert.True(Evaluator.Decide(permits, without, request, Mode.Strict).Decision == Decision.Deny, $"seed {seed} without {gone}");
            }
        }
    }, cases: 600);

    internal static Request Request(CaseGenerator g)
    {
        var (principal, action, resource, context) = g.RequestJson();
        return new(Corpus.Uid(JsonElement.Parse(principal)), Corpus.Uid(JsonElement.Parse(action)), Corpus.Uid(JsonElement.Parse(resource)), ContextReader.Parse(context).Require());
    }

    private static void Each(Action<int, CaseGenerator> check, int cases = Cases, int unsound = 30)
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        for (var seed = first; seed < first + cases; seed++)
        {
            check(seed, new(seed) { Unsound = unsound });
        }
    }
}
