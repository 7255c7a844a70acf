using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>Sets of several policies with template links: plain decisions, the strict reading, and strict validation.</summary>
public sealed class MultiTests
{
    [Fact]
    public void Every_set_of_several_policies_has_the_official_answers_and_the_strict_ones()
    {
        var wrong = new List<string>();
        var (sets, requests) = (0, 0);
        foreach (var test in Corpus.Lines("cedar/dev-multi.jsonl.gz"))
        {
            sets++;
            requests += Judge(test, wrong);
        }

        Assert.Empty(wrong);
        Assert.Equal((400, 1600), (sets, requests));
    }

    /// <summary>Static policies and links of a line, under their own ids.</summary>
    internal static PolicySet Set(JsonElement policies)
    {
        var all = policies.GetProperty("staticPolicies").EnumerateObject().Select(p => PolicySet.ParsePolicies(p.Value.GetString()!).Require()[0].WithId(p.Name)).ToList();
        var templates = policies.GetProperty("templates").EnumerateObject()
            .ToDictionary(p => p.Name, p => PolicySet.ParsePolicies(p.Value.GetString()!).Require()[0].WithId(p.Name));
        foreach (var link in policies.GetProperty("templateLinks").EnumerateArray())
        {
            var values = link.GetProperty("values");
            all.Add(templates[link.Text("templateId")].Link(
                link.Text("newId"),
                values.TryGetProperty("?principal", out var principal) ? Corpus.Uid(principal) : null,
                values.TryGetProperty("?resource", out var resource) ? Corpus.Uid(resource) : null).Require());
        }

        return PolicySet.Of(all).Require();
    }

    private static int Judge(JsonElement test, List<string> wrong)
    {
        var id = test.Text("id");
        var schema = Schema.Parse(test.Text("schema")).Require();
        var set = Set(test.GetProperty("policies"));
        var entities = EntityStore.Load(test.GetProperty("entities").GetRawText(), schema).Require();
        var findings = Validator.Check(set, schema);
        var invalid = set.Policies.Where(p => !findings.IsStrictlyValidPolicy(p.Id)).Select(p => p.Id).Order(StringComparer.Ordinal);
        if (!invalid.SequenceEqual(test.Strings("invalidPolicies")))
        {
            wrong.Add($"{id} validation: {string.Join("; ", findings.All)}");
        }

        var both = new BothEvaluators(id, set, entities);
        var count = 0;
        foreach (var item in test.GetProperty("requests").EnumerateArray())
        {
            count++;
            var action = Corpus.Uid(item.GetProperty("action"));
            var context = ContextReader.Parse(item.GetProperty("context").GetRawText(), schema.Actions[action].Context).Require();
            var request = new Request(Corpus.Uid(item.GetProperty("principal")), action, Corpus.Uid(item.GetProperty("resource")), context);
            var answer = both.Decide(request, wrong);
            both.DecideMinted(request, wrong);
            if ((answer.Decision == Decision.Allow ? "allow" : "deny") != item.Text("cedarDecision") || !answer.Reasons.SequenceEqual(item.Strings("reason"))
                || !answer.Errors.Select(e => e.PolicyId).SequenceEqual(item.Strings("errors")))
            {
                wrong.Add($"{id}: got {answer.Decision} [{string.Join(",", answer.Reasons)}] [{string.Join(",", answer.Errors)}]");
            }

            if (item.TryGetProperty("strict", out var strict))
            {
                JudgeStrict(id, Evaluator.Decide(set, entities, request, Mode.Strict), strict, item, wrong);
            }
        }

        return count;
    }

    private static void JudgeStrict(string id, CedarAnswer answer, JsonElement strict, JsonElement item, List<string> wrong)
    {
        var missing = strict.GetProperty("missing").EnumerateObject().Select(m => $"{m.Name} {m.Value.GetString()}").Order(StringComparer.Ordinal);
        if (!answer.Permits.SequenceEqual(strict.Strings("permits")) || !answer.Forbids.SequenceEqual(strict.Strings("forbids"))
            || !answer.Errors.Select(e => e.PolicyId).SequenceEqual(strict.Strings("errors"))
            || !answer.Missing.Select(m => $"{m.PolicyId} {m.Entity}").Order(StringComparer.Ordinal).SequenceEqual(missing)
            || (answer.Decision == Decision.Allow ? "allow" : "deny") != item.Text("planeDecision"))
        {
            wrong.Add($"{id} strict: got {answer.Decision} {string.Join(",", answer.Permits)} / {string.Join(",", answer.Forbids)} / {string.Join(",", answer.Errors)} / {string.Join(",", answer.Missing)}, expected {strict}");
        }
    }
}
