using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>Strict validation of policies, entities and requests.</summary>
public sealed class ValidationTests
{
    private const string House = """
        entity Team;
        entity User in [Team] { name: String, boss?: User, age?: Long } tags String;
        entity Color enum ["red", "green"];
        entity Doc { owner: User, color: Color, size: Long, net?: ipaddr };
        action all;
        action view, "edit" in [all] appliesTo { principal: [User], resource: [Doc], context: { n: Long, opt?: { x?: Long, y: String } } };
        """;

    [Fact]
    public void Every_validator_case_has_the_expected_verdicts()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var test in Corpus.Lines("cedar/dev-validator-cases.jsonl.gz"))
        {
            count++;
            Judge(test, wrong);
        }

        Assert.Empty(wrong);
        Assert.Equal(110, count);
    }

    [Fact]
    public void Every_level_case_has_its_smallest_level()
    {
        var root = JsonElement.Parse(Vectors.Bytes("cedar/levels.json"));
        var schema = Schema.Parse(root.Text("schema")).Require();
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in root.GetProperty("cases").EnumerateArray())
        {
            count++;
            var set = PolicySet.Parse($"permit(principal, action == Action::\"view\", resource) when {{ {item.Text("expr")} }};").Require();
            var expected = item.GetProperty("level") is { ValueKind: JsonValueKind.Number } level ? level.GetInt32() : (int?)null;
            var smallest = Enumerable.Range(0, 10).Select(n => (int?)n).FirstOrDefault(n => !Validator.Check(set, schema, n).All.Any(f => f.Code is DiagnosticCode.LevelExceeded or DiagnosticCode.EntityDereferenceTarget));
            if (smallest != expected)
            {
                wrong.Add($"{item.Text("expr")}: expected {expected}, got {smallest}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(36, count);
    }

    [Theory]
    [InlineData("principal.nope == 1", DiagnosticCode.UnsafeAttributeAccess)]
    [InlineData("principal.age == 1", DiagnosticCode.UnsafeOptionalAttributeAccess)]
    [InlineData("principal.getTag(\"k\") == \"v\"", DiagnosticCode.UnsafeTagAccess)]
    [InlineData("resource.getTag(\"k\") == \"v\"", DiagnosticCode.NoTagsAllowed)]
    [InlineData("context.n == \"1\"", DiagnosticCode.IncompatibleTypes)]
    [InlineData("context.n", DiagnosticCode.UnexpectedType)]
    [InlineData("[].contains(1)", DiagnosticCode.EmptySetForbidden)]
    [InlineData("ip(principal.name).isIpv4()", DiagnosticCode.NonLitExtConstructor)]
    [InlineData("ip(\"1.2.3\").isIpv4()", DiagnosticCode.FunctionArgumentValidation)]
    [InlineData("ip(\"1.2.3.4\", \"x\").isIpv4()", DiagnosticCode.WrongNumberArguments)]
    [InlineData("principal is Nobody", DiagnosticCode.UnrecognizedEntityType)]
    [InlineData("false && principal == Nobody::\"x\"", DiagnosticCode.UnrecognizedEntityType)]
    [InlineData("action == Action::\"nothing\"", DiagnosticCode.UnrecognizedActionId)]
    [InlineData("resource.color == Color::\"blue\"", DiagnosticCode.InvalidEnumEntity)]
    [InlineData("principal is Doc", DiagnosticCode.ImpossiblePolicy)]
    [InlineData("context.opt.y == \"\"", DiagnosticCode.UnsafeOptionalAttributeAccess)]
    [InlineData("context has opt && context.opt.x == 1", DiagnosticCode.UnsafeOptionalAttributeAccess)]
    [InlineData("context has opt || context.opt.y == \"\"", DiagnosticCode.UnsafeOptionalAttributeAccess)]
    public void A_faulty_condition_is_refused_with_its_code(string condition, DiagnosticCode code)
    {
        var findings = Validator.Check(PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};").Require(), Schema.Parse(House).Require());
        Assert.Contains(code, findings.All.Select(f => f.Code));
        Assert.All(findings.All, f => Assert.Equal("policy0", f.Subject));
    }

    [Theory]
    [InlineData("context has opt.x && context.opt.x == 1 && context[\"opt\"].y == \"\"")]
    [InlineData("principal has boss && principal.boss has age && (principal).boss[\"age\"] > 3")]
    [InlineData("principal.hasTag(\"k\") && principal.getTag(\"k\") like \"a*\"")]
    [InlineData("resource has net && resource.net.isInRange(ip(\"10.0.0.0/8\"))")]
    [InlineData("if context has opt then context.opt.y == \"\" else true")]
    [InlineData("!(context has opt) || context.n == 1")]
    [InlineData("action in Action::\"all\" && resource.color == Color::\"red\"")]
    public void A_sound_condition_passes(string condition) =>
        Assert.Empty(Validator.Check(PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};").Require(), Schema.Parse(House).Require()).All);

    [Theory]
    [InlineData("permit(principal == Doc::\"x\", action, resource);", DiagnosticCode.NoApplicableAction)]
    [InlineData("permit(principal, action == Action::\"all\", resource);", DiagnosticCode.NoApplicableAction)]
    [InlineData("permit(principal in Doc::\"x\", action, resource);", DiagnosticCode.NoApplicableAction)]
    [InlineData("permit(principal is Nobody, action, resource);", DiagnosticCode.UnrecognizedEntityType)]
    public void A_scope_that_nothing_can_match_is_refused(string policy, DiagnosticCode code) =>
        Assert.Contains(code, Validator.Check(PolicySet.Parse(policy).Require(), Schema.Parse(House).Require()).All.Select(f => f.Code));

    [Fact]
    public void A_template_is_checked_with_any_entity_in_its_slot()
    {
        var schema = Schema.Parse(House).Require();
        var good = PolicySet.ParsePolicies("permit(principal in ?principal, action, resource == ?resource) when { resource.size > 1 };").Require();
        var bad = PolicySet.ParsePolicies("permit(principal in ?principal, action, resource == ?resource) when { resource.nope > 1 };").Require();
        Assert.Empty(Validator.Check(good, schema).All);
        Assert.NotEmpty(Validator.Check(bad, schema).All);
    }

    private static void Judge(JsonElement test, List<string> wrong)
    {
        var id = test.Text("id");
        var schema = Schema.Parse(test.Text("schema")).Require();
        var expected = test.GetProperty("expected");
        var set = PolicySet.Parse(test.Text("policies")).Require();
        var findings = Validator.Check(set, schema);
        var policies = expected.GetProperty("policyValidation");
        if (findings.IsStrictlyValid != policies.GetProperty("strict").GetBoolean())
        {
            wrong.Add($"{id}: {string.Join("; ", findings.All)}");
        }

        foreach (var policy in policies.GetProperty("perPolicy").EnumerateObject())
        {
            if (findings.IsStrictlyValidPolicy(policy.Name) != policy.Value.GetProperty("strict").GetBoolean())
            {
                wrong.Add($"{id} {policy.Name}: {string.Join("; ", findings.All.Where(f => f.Subject == policy.Name))}");
            }
        }

        JudgeEntities(test, id, schema, expected, wrong);
        foreach (var (item, verdict) in test.GetProperty("requests").EnumerateArray().Zip(expected.GetProperty("requestValidation").EnumerateArray()))
        {
            var action = Corpus.Uid(item.GetProperty("action"));
            var context = ContextReader.Parse(item.GetProperty("context").GetRawText(), schema.Actions.GetValueOrDefault(action)?.Context);
            var isValid = context.TryGet(out var record) && SchemaCheck.Request(
                new(Corpus.Uid(item.GetProperty("principal")), action, Corpus.Uid(item.GetProperty("resource")), record), schema).IsEmpty;
            if (isValid != verdict.GetProperty("strict").GetBoolean())
            {
                wrong.Add($"{id} request {item.Text("description")}: got {isValid}");
            }
        }
    }

    private static void JudgeEntities(JsonElement test, string id, Schema schema, JsonElement expected, List<string> wrong)
    {
        var faulty = expected.GetProperty("entityValidation").GetProperty("perEntity").EnumerateObject()
            .Where(e => e.Value.TryGetProperty("errors", out _)).Select(e => e.Name).Order(StringComparer.Ordinal).ToList();
        var store = EntityStore.Load(test.Text("entities"), schema);
        if (!store.TryGet(out var entities))
        {
            if (faulty.Count == 0)
            {
                wrong.Add($"{id} entities: {store.Diagnostics[0]}");
            }

            return;
        }

        var found = SchemaCheck.Entities(entities, schema).All.Select(f => f.Subject!.Replace("::\"", "::", StringComparison.Ordinal).TrimEnd('"')).Distinct().Order(StringComparer.Ordinal);
        if (!found.SequenceEqual(faulty))
        {
            wrong.Add($"{id} entities: expected {string.Join(",", faulty)}, got {string.Join("; ", SchemaCheck.Entities(entities, schema).All)}");
        }
    }
}
