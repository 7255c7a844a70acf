using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

/// <summary>What makes a law: which files, settings and entities load, and which refuse it.</summary>
public class LawTests
{
    [Fact]
    public void A_permit_may_name_a_tool_before_it_is_pinned()
    {
        using var bench = new Bench(Bench.Limit + "@id(\"early\") permit (principal, action == payments::Action::\"later\", resource);");
        Assert.True(bench.Decide(bench.Call("transfer", Bench.Small)).Decision.IsAllowed);
        Assert.Equal(DenyReason.AttestationBroken, Bench.Reason(bench.Decide(bench.Call("later", "{}"))));
    }

    [Theory]
    [InlineData("context.nothing == 1", "UnsafeAttributeAccess", "this record has no attribute nothing; it has")]
    [InlineData("context.input.amount <= 1000", "UnexpectedType", "decimal(\"10.0\")")]
    [InlineData("context.input.to == 7", "IncompatibleTypes", "String and Long")]
    [InlineData("context.input.cc == \"x\"", "UnsafeAttributeAccess", "it has amount, to")]
    [InlineData("datetime(context.input.to) > context.now", "NonLitExtConstructor", "string literal")]
    [InlineData("principal.owner.active", "UnsafeOptionalAttributeAccess", "has owner first")]
    [InlineData("principal has owner && principal.owner.owner.active", "UnsafeAttributeAccess", "Plane::User")]
    [InlineData("context.input.to like \"a*\" && 1 == 2", "ImpossiblePolicy", "never applies")]
    public void A_type_error_refuses_the_load_with_its_place_and_a_fix(string condition, string code, string words)
    {
        using var bench = new Bench($"@id(\"all\") permit (principal, action, resource);\n@id(\"no\") forbid (principal is Plane::Agent, action == payments::Action::\"transfer\", resource) when {{ {condition} }};");
        var found = bench.Snapshot.Law.Findings.Where(f => f.Refuses).ToArray();
        Assert.True(found.Any(f => f.Code == code && f.ToString().StartsWith("main.cedar:2:", StringComparison.Ordinal) && (f.Column > 100 || code == "ImpossiblePolicy") && f.Message.Contains(words, StringComparison.Ordinal) && f.Message.Contains("policy no", StringComparison.Ordinal)), string.Join('\n', found.AsEnumerable()));
        Assert.Equal(DenyReason.PolicyInvalid, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void A_policy_on_a_class_is_checked_while_no_tool_is_in_it()
    {
        const string pay = "@id(\"pay\") permit (principal, action in Plane::Action::\"pay\", resource) when {{ context.facet.{0} }};";
        using var right = new Bench(string.Format(System.Globalization.CultureInfo.InvariantCulture, pay, "amount.lessThan(decimal(\"10.0\"))"));
        Assert.True(right.Snapshot.Law.IsInForce, string.Join(' ', right.Snapshot.Law.Findings));
        using var wrong = new Bench(string.Format(System.Globalization.CultureInfo.InvariantCulture, pay, "amont.lessThan(decimal(\"10.0\"))"));
        Assert.Contains(wrong.Snapshot.Law.Findings, f => f.Code == "UnsafeAttributeAccess" && f.Message.Contains("it has amount, currency, payee", StringComparison.Ordinal));
    }

    [Fact]
    public void The_action_that_stands_for_an_empty_class_is_none_that_a_request_can_have()
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource);", trust: t => new Trust(
            "t-1.fake.example", t.Resource, t.PlaneKeys.Values, [], t.Identities.Values, [.. t.Servers.Values, new PinnedServer("unused", null, ImmutableSortedDictionary<string, PinnedTool>.Empty)]));
        Assert.Equal(DenyReason.AttestationBroken, Bench.Reason(bench.Decide(bench.Call("pay", "{}"))));
        using var named = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"f\") forbid (principal, action == Unused::Action::\"pay\", resource);");
        Assert.Equal(DenyReason.PolicyInvalid, Bench.Reason(named.Decide(named.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void Classes_put_a_tool_into_groups_and_fill_its_facets()
    {
        const string settings = """{"format":1,"toolClasses":{"payments":{"transfer":{"pay":{"amount":"/amount","currency":{"value":"EUR"},"payee":"/to"}}}}}""";
        using var bench = new Bench("@id(\"pay\") permit (principal, action in Plane::Action::\"pay\", resource) when { context.facet.amount.lessThan(decimal(\"1000.0\")) && context.facet.currency == \"EUR\" && context.facet.payee == \"acct-7\" };", settings);
        var decided = bench.Decide(bench.Call("transfer", Bench.Small));
        Assert.True(decided.Decision.IsAllowed, decided.Decision.Detail);
        Assert.Equal("pay", decided.Class);
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(bench.Decide(bench.Call("transfer", """{"amount":900,"to":"mallory"}"""))));
    }

    [Theory]
    [InlineData("""{"format":2}""")]
    [InlineData("""{"format":1,"toolClass":{}}""")]
    [InlineData("""{"format":1,"toolClasses":{"payments":{"transfer":{"pay":{"amount":"/amount"}}}}}""")]
    [InlineData("""{"format":1,"toolClasses":{"payments":{"transfer":{"steal":{}}}}}""")]
    [InlineData("""{"format":1,"toolClasses":{"payments":{"transfer":["pay"]}}}""")]
    [InlineData("""{"format":1,"maxUnwitnessed":{"pay":{}}}""")]
    [InlineData("""{"format":1,"format":1}""")]
    [InlineData("[]")]
    public void Settings_that_are_not_understood_refuse_the_law(string settings)
    {
        using var bench = new Bench(settings: settings);
        Assert.Equal(DenyReason.PolicyInvalid, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }

    [Theory]
    [InlineData("context.session.calls > 10", "context.session.calls")]
    [InlineData("context[\"session\"][\"calls\"] > 10", "context.session.calls")]
    [InlineData("context.flow.labels.contains(Plane::Label::\"a\")", "context.flow.labels")]
    [InlineData("context.arg.to.labels.isEmpty()", "context.arg.to.labels")]
    [InlineData("context has budget.money && principal.active", "context.budget")]
    [InlineData("context.session.mark.sources.isEmpty() || context.chain.depth > 3", "")]
    public void A_condition_on_what_is_not_counted_yet_refuses_the_load(string condition, string member)
    {
        using var bench = new Bench($"@id(\"p\") permit (principal, action, resource);\n@id(\"f\") forbid (principal, action == payments::Action::\"transfer\", resource) when {{ {condition} }};", """{"format":1,"labels":["a"]}""");
        var told = bench.Snapshot.Law.Findings.Where(f => f.Code == "NotTracked").ToArray();
        Assert.Equal(member.Length == 0, bench.Snapshot.Law.IsInForce);
        Assert.Equal(member.Length == 0 ? [] : [$"main.cedar:2:1: NotTracked: policy f reads {member}"], told.Select(f => f.ToString().Split(", which")[0]));
        Assert.DoesNotContain(told, f => !f.Refuses);
    }

    [Fact]
    public void An_unknown_file_in_the_folder_refuses_the_law()
        => Assert.Equal(DenyReason.PolicyInvalid, LawLoader.Load([new LawFile("main.cedar", [.. "@id(\"p\") permit (principal, action, resource);"u8]), new LawFile("more.ceder", [])]).Reason);

    [Fact]
    public void Notes_and_tests_beside_the_policies_are_no_part_of_the_law()
    {
        var law = LawLoader.Load([new LawFile("main.cedar", [.. "@id(\"p\") permit (principal, action, resource);"u8]), new LawFile("README.md", [1]), new LawFile("x.tests.yaml", [2]), new LawFile(".gitignore", [3])]);
        Assert.Equal(LawLoader.Load([new LawFile("main.cedar", [.. "@id(\"p\") permit (principal, action, resource);"u8])]).Digest, law.Digest);
        Assert.True(law.IsInForce);
    }

    [Fact]
    public void Facts_of_a_principal_come_from_the_entity_files()
    {
        const string entities = """
            [{"uid":{"type":"Plane::Team","id":"billing"},"attrs":{},"parents":[]},
             {"uid":{"type":"Plane::Agent","id":"local:uid:1000"},"attrs":{"active":true,"clearance":3},"parents":[{"type":"Plane::Team","id":"billing"}]}]
            """;
        using var bench = new Bench("@id(\"team\") permit (principal in Plane::Team::\"billing\", action, resource) when { principal has clearance && principal.clearance > 2 };", entities: entities);
        Assert.True(bench.Decide(bench.Call("transfer", Bench.Small)).Decision.IsAllowed);
    }

    [Theory]
    [InlineData("""[{"uid":{"type":"Plane::Team","id":"a"},"attrs":{},"parents":[{"type":"Plane::Team","id":"b"}]}]""")]
    [InlineData("""[{"uid":{"type":"Plane::Robot","id":"a"},"attrs":{},"parents":[]}]""")]
    [InlineData("""[{"uid":{"type":"Plane::Team","id":"a"},"attrs":{},"parents":[]},{"uid":{"type":"Plane::Team","id":"a"},"attrs":{},"parents":[]}]""")]
    [InlineData("""{"uid":1}""")]
    [InlineData("""[{"uid":{"type":"Plane::Team","id":"a"},"attr":{},"parents":[]}]""")]
    public void Entities_that_do_not_hold_refuse_the_law(string entities)
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource);", entities: entities);
        Assert.Equal(DenyReason.PolicyInvalid, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void An_entity_file_cannot_pin_a_tool()
    {
        const string entities = """[{"uid":{"type":"Plane::Tool","id":"payments/balance"},"attrs":{"pinned":false,"risk":1},"parents":[{"type":"Plane::Server","id":"payments"}]}]""";
        using var bench = new Bench("@id(\"p\") permit (principal, action in Plane::Action::\"call\", resource) when { context.tool.pinned && context.tool has risk };", entities: entities);
        Assert.True(bench.Decide(bench.Call("balance", "{}")).Decision.IsAllowed);
    }

    [Fact]
    public void A_file_set_reads_back_from_its_bytes_and_no_other_bytes()
    {
        ImmutableArray<LawFile> files = [new("a.cedar", [1, 2, 3]), new("entities/x.json", []), new("b.cedar", [.. "x\n"u8])];
        var bytes = LawFile.Frame(files);
        Assert.True(LawFile.TryUnframe(bytes, out var back));
        Assert.Equal(files.Select(f => f.Path).Order(StringComparer.Ordinal), back.Value.Select(f => f.Path));
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(LawFile.TryUnframe(bytes.AsSpan(0, i), out var part) && part.Value.Length == 3);
        }

        Assert.False(LawFile.TryUnframe([.. bytes, (byte)'x'], out _));
    }
}
