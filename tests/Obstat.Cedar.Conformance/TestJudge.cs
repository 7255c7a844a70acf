using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Conformance;

/// <summary>Runs one test: validation verdict, then decision, reasons and errors of each request; with the plane's reading also its verdict.</summary>
internal sealed class TestJudge(bool isFast, bool isPlane)
{
    private string _id = "";

    public List<string> Mismatches { get; } = [];

    public void Judge(JsonElement test)
    {
        _id = test.GetProperty("id").GetString()!;
        var isMulti = test.GetProperty("policies").ValueKind == JsonValueKind.Object;
        if (!Take(Schema.Parse(test.GetProperty("schema").GetString()!), "schema", out var schema)
            || !Take(isMulti ? ReadSet(test.GetProperty("policies")) : PolicySet.Parse(test.GetProperty("policies").GetString()!), "policies", out var set))
        {
            return;
        }

        var entityText = test.GetProperty("entities") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : test.GetProperty("entities").GetRawText();
        var loaded = EntityStore.Load(entityText, schema);
        if (test.TryGetProperty("expected", out var expected))
        {
            JudgeCase(test, expected, schema, set, loaded);
            return;
        }

        if (!Take(loaded, "entities", out var entities))
        {
            return;
        }

        JudgeValidation(test, schema, set);
        var isChecked = test.TryGetProperty("shouldValidate", out _);
        Same("entities", "", isChecked ? string.Join("; ", SchemaCheck.Entities(entities, schema).All) : "");
        var fast = isFast ? new FastEvaluator(set, entities) : null;
        foreach (var item in test.GetProperty("requests").EnumerateArray())
        {
            var action = Uid(item.GetProperty("action"));
            if (!Take(ContextReader.Parse(item.GetProperty("context").GetRawText(), schema.Actions.GetValueOrDefault(action)?.Context), "context", out var context))
            {
                continue;
            }

            var request = new Request(Uid(item.GetProperty("principal")), action, Uid(item.GetProperty("resource")), context);
            var isUnchecked = !isChecked || (item.TryGetProperty("validateRequest", out var validates) && !validates.GetBoolean());
            Same("request", "", isUnchecked ? "" : string.Join("; ", SchemaCheck.Request(request, schema).All));
            CedarAnswer Ask(Mode mode) => fast?.Decide(request, mode) ?? Evaluator.Decide(set, entities, request, mode);
            JudgeAnswer(item, Ask(Mode.Standard));
            if (isPlane && item.TryGetProperty("planeDecision", out var plane))
            {
                JudgePlane(item, plane.GetString()!, Ask(Mode.Strict), entities, request);
            }
        }
    }

    private void JudgeValidation(JsonElement test, Schema schema, PolicySet set)
    {
        var findings = Validator.Check(set, schema);
        if (test.TryGetProperty("shouldValidate", out var should) && findings.IsStrictlyValid != should.GetBoolean())
        {
            Add("validation", $"{should.GetBoolean()}", string.Join("; ", findings.All));
        }

        if (test.TryGetProperty("invalidPolicies", out var invalid))
        {
            Same("invalid policies", Sorted(invalid), string.Join(",", set.Policies.Select(p => p.Id).Where(p => !findings.IsStrictlyValidPolicy(p)).Order(StringComparer.Ordinal)));
        }
    }

    private void JudgeAnswer(JsonElement item, CedarAnswer answer)
    {
        var decision = item.TryGetProperty("decision", out var d) ? d : item.GetProperty("cedarDecision");
        Same("decision", decision.GetString()!, Name(answer.Decision));
        Same("reason", Sorted(item.GetProperty("reason")), string.Join(",", answer.Reasons));
        Same("errors", Sorted(item.GetProperty("errors")), string.Join(",", answer.Errors.Select(e => e.PolicyId)));
    }

    /// <summary>The second and third gate of the plane: everything named is present, and the strict reading allows.</summary>
    private void JudgePlane(JsonElement item, string expected, CedarAnswer strict, EntityStore entities, Request request)
    {
        var named = new List<EntityUid> { request.Principal, request.Action, request.Resource };
        EntityReferences.Collect(request.Context, named);
        var isAbsent = named.Any(u => !entities.IsPresent(u));
        var reason = isAbsent ? "EntityMissing"
            : !strict.Forbids.IsEmpty ? "Forbidden"
            : !strict.Missing.IsEmpty ? "EntityMissing"
            : !strict.Errors.IsEmpty ? "PolicyError"
            : strict.Permits.IsEmpty ? "NotPermitted" : "";
        Same("plane decision", expected, reason.Length == 0 ? "allow" : "deny");
        Same("plane reason", item.TryGetProperty("planeReason", out var r) ? r.GetString()! : "", reason);
    }

    private void JudgeCase(JsonElement test, JsonElement expected, Schema schema, PolicySet set, Parsed<EntityStore> loaded)
    {
        var findings = Validator.Check(set, schema);
        Same("validation", expected.GetProperty("policyValidation").GetProperty("strict").ToString(), findings.IsStrictlyValid.ToString());
        var isFaulty = expected.GetProperty("entityValidation").GetProperty("perEntity").EnumerateObject().Any(e => e.Value.TryGetProperty("errors", out _));
        Same("entities", (!isFaulty).ToString(), (loaded.TryGet(out var entities) && SchemaCheck.Entities(entities, schema).IsEmpty).ToString());
        foreach (var (item, verdict) in test.GetProperty("requests").EnumerateArray().Zip(expected.GetProperty("requestValidation").EnumerateArray()))
        {
            var action = Uid(item.GetProperty("action"));
            var isValid = ContextReader.Parse(item.GetProperty("context").GetRawText(), schema.Actions.GetValueOrDefault(action)?.Context).TryGet(out var context)
                && SchemaCheck.Request(new(Uid(item.GetProperty("principal")), action, Uid(item.GetProperty("resource")), context), schema).IsEmpty;
            Same("request", verdict.GetProperty("strict").ToString(), isValid.ToString());
        }
    }

    private static Parsed<PolicySet> ReadSet(JsonElement policies)
    {
        var all = policies.GetProperty("staticPolicies").EnumerateObject().Select(p => PolicySet.ParsePolicies(p.Value.GetString()!).Require()[0].WithId(p.Name)).ToList();
        var templates = policies.GetProperty("templates").EnumerateObject()
            .ToDictionary(p => p.Name, p => PolicySet.ParsePolicies(p.Value.GetString()!).Require()[0].WithId(p.Name));
        foreach (var link in policies.GetProperty("templateLinks").EnumerateArray())
        {
            var values = link.GetProperty("values");
            all.Add(templates[link.GetProperty("templateId").GetString()!].Link(
                link.GetProperty("newId").GetString()!,
                values.TryGetProperty("?principal", out var principal) ? Uid(principal) : null,
                values.TryGetProperty("?resource", out var resource) ? Uid(resource) : null).Require());
        }

        return PolicySet.Of(all);
    }

    private static string Name(Decision decision) => decision == Decision.Allow ? "allow" : "deny";

    private static string Sorted(JsonElement list) => string.Join(",", list.EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal));

    private static EntityUid Uid(JsonElement json)
    {
        var inner = json.TryGetProperty("__entity", out var wrapped) ? wrapped : json;
        return new(inner.GetProperty("type").GetString()!, inner.GetProperty("id").GetString()!);
    }

    private bool Take<T>(Parsed<T> parsed, string what, out T value)
        where T : class
    {
        if (parsed.TryGet(out var taken))
        {
            value = taken;
            return true;
        }

        Add(what, "readable", string.Join("; ", parsed.Diagnostics));
        value = null!;
        return false;
    }

    private void Same(string what, string expected, string got)
    {
        if (expected != got)
        {
            Add(what, expected, got);
        }
    }

    private void Add(string what, string expected, string got) => Mismatches.Add($"{_id} {what}: expected {expected}, got {got}");
}
