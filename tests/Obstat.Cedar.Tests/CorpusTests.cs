using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>The official corpus: decision, reasons and errors of each request.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void The_small_corpus_has_no_mismatch() => Judge("cedar/dev-cedar-corpus-small.jsonl.gz", 908, 1117);

    [Fact]
    public void The_full_corpus_has_no_mismatch() => Judge("cedar/dev-cedar-corpus-full.jsonl.gz", 5175, 7507);

    [Fact]
    public void The_handwritten_tests_have_no_mismatch() => Judge("cedar/dev-handwritten.jsonl.gz", 22, 74);

    [Fact]
    public void Where_the_official_versions_differ_on_validity_it_is_one_named_code()
    {
        var official = Corpus.Lines("cedar/dev-cedar-corpus-full.expect.jsonl.gz").ToDictionary(l => l.Text("id"));
        var (wrong, differing) = (new List<string>(), 0);
        foreach (var test in Corpus.Lines("cedar/dev-cedar-corpus-full.jsonl.gz"))
        {
            var id = test.Text("id");
            bool IsValidIn(string version) => official[id].GetProperty(version).GetProperty("errors").GetArrayLength() == 0;
            var findings = Validator.Check(PolicySet.Parse(test.Text("policies")).Require(), Schema.Parse(test.Text("schema")).Require());
            var isDiffering = IsValidIn("v410") != IsValidIn("v413");
            differing += isDiffering ? 1 : 0;

            // 4.10 calls a scope that no request can match an error, 4.13 a warning; here it is an error with a code of its own.
            if (findings.IsStrictlyValid != IsValidIn("v410")
                || (isDiffering && findings.All.Any(f => f.Code is not (DiagnosticCode.NoApplicableAction or DiagnosticCode.ImpossiblePolicy))))
            {
                wrong.Add($"{id}: {string.Join("; ", findings.All)}, official {official[id].GetProperty("v410")} and {official[id].GetProperty("v413")}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(3)));
        Assert.Equal(22, differing);
    }

    private static void Judge(string path, int tests, int requests)
    {
        var wrong = new List<string>();
        var (testCount, requestCount) = (0, 0);
        foreach (var test in Corpus.Lines(path))
        {
            testCount++;
            requestCount += Judge(test, wrong);
        }

        Assert.Empty(wrong);
        Assert.Equal((tests, requests), (testCount, requestCount));
    }

    private static int Judge(JsonElement test, List<string> wrong)
    {
        var id = test.Text("id");
        var schema = Schema.Parse(test.Text("schema"));
        if (!schema.TryGet(out var known))
        {
            wrong.Add($"{id} schema: {schema.Diagnostics[0]}");
            return 0;
        }

        var policies = PolicySet.Parse(test.Text("policies"));
        var store = EntityStore.Load(test.Text("entities"), known);
        if (!policies.TryGet(out var set) || !store.TryGet(out var entities))
        {
            wrong.Add($"{id}: {policies.Diagnostics.Concat(store.Diagnostics).First()}");
            return 0;
        }

        JudgeValidation(test, id, known, set, entities, wrong);
        var both = new BothEvaluators(id, set, entities);
        var count = 0;
        foreach (var item in test.GetProperty("requests").EnumerateArray())
        {
            count++;
            var action = Corpus.Uid(item.GetProperty("action"));
            var context = ContextReader.Parse(item.GetProperty("context").GetRawText(), known.Actions.GetValueOrDefault(action)?.Context);
            if (!context.TryGet(out var record))
            {
                wrong.Add($"{id} context: {context.Diagnostics[0]}");
                continue;
            }

            var request = new Request(Corpus.Uid(item.GetProperty("principal")), action, Corpus.Uid(item.GetProperty("resource")), record);
            if (!(item.TryGetProperty("validateRequest", out var validates) && !validates.GetBoolean()) && SchemaCheck.Request(request, known) is { IsEmpty: false } findings)
            {
                wrong.Add($"{id} request: {findings.All[0]}");
            }

            var answer = both.Decide(request, wrong);
            var decision = answer.Decision == Decision.Allow ? "allow" : "deny";
            if (decision != item.Text("decision") || !answer.Reasons.SequenceEqual(item.Strings("reason"))
                || !answer.Errors.Select(e => e.PolicyId).SequenceEqual(item.Strings("errors")))
            {
                wrong.Add($"{id} {item.Text("description")}: got {decision} [{string.Join(",", answer.Reasons)}] [{string.Join(",", answer.Errors)}]");
            }
        }

        return count;
    }

    private static void JudgeValidation(JsonElement test, string id, Schema schema, PolicySet set, EntityStore entities, List<string> wrong)
    {
        if (SchemaCheck.Entities(entities, schema) is { IsEmpty: false } entityFindings)
        {
            wrong.Add($"{id} entities: {entityFindings.All[0]}");
        }

        var findings = Validator.Check(set, schema);
        if (findings.IsStrictlyValid != test.GetProperty("shouldValidate").GetBoolean())
        {
            wrong.Add($"{id} validation: {findings.All.FirstOrDefault()}");
        }

        if (!test.TryGetProperty("validation", out var validation))
        {
            return;
        }

        foreach (var policy in validation.GetProperty("policy").GetProperty("perPolicy").EnumerateObject())
        {
            if (findings.IsStrictlyValidPolicy(policy.Name) != policy.Value.GetProperty("strict").GetBoolean())
            {
                wrong.Add($"{id} validation of {policy.Name}: {findings.All.FirstOrDefault(f => f.Subject == policy.Name)}");
            }
        }
    }
}
