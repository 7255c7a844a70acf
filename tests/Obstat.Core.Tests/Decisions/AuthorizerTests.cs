using System.Collections.Immutable;
using CsCheck;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

public class AuthorizerTests
{
    private const string Small = """{"amount":900.5,"to":"acct-7"}""";

    private static DenyReason Reason(Decided decided) => decided.Decision.IsAllowed ? DenyReason.Undecided : decided.Decision.Reason;

    private static Gen<string> OneOf(params string[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    [Fact]
    public void The_default_decision_refuses() => Assert.False(default(Decision).IsAllowed);

    [Fact]
    public void A_denial_without_a_reason_refuses_too() => Assert.False(Decision.Deny(DenyReason.Undecided).IsAllowed);

    [Fact]
    public void A_call_within_the_limit_is_allowed_by_the_policy_that_says_so()
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.True(decided.Decision.IsAllowed, decided.Decision.Detail);
        Assert.Equal(["pay-small"], decided.Decision.Policies.Select(p => p.ToString()));
        Assert.Equal(["transfer"], decided.Visible);
    }

    [Fact]
    public void No_policies_is_PolicyMissing()
    {
        using var bench = new Bench("");
        Assert.Equal(DenyReason.PolicyMissing, Reason(bench.Decide(bench.Call("transfer", Small))));
    }

    [Theory]
    [InlineData("@id(\"f\") forbid (principal, action, resource);")]
    [InlineData("permit (principal, action, resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource")]
    [InlineData("@id(\"p\") permit (principal == ?principal, action, resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource); @id(\"p\") permit (principal, action, resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource); @id(\"f\") forbid (principal in Plane::Team::\"misspelt\", action, resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource); @id(\"f\") forbid (principal, action == payments::Action::\"transfr\", resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource); @id(\"f\") forbid (principal in Plane::Tenant::\"misspelt\", action, resource);")]
    [InlineData("@id(\"p\") permit (principal, action, resource) unless { principal in Plane::Team::\"misspelt\" };")]
    [InlineData("@id(\"p\") permit (principal, action, resource) when { context.flow.sources.contains(Plane::Source::\"wep\") };")]
    [InlineData("@id(\"p\") permit (principal, action, resource); @id(\"f\") @expires(\"2030-01-01\") forbid (principal, action, resource);")]
    [InlineData("@id(\"P\") permit (principal, action, resource);")]
    [InlineData("@id(\"p\") @expires(\"soon\") permit (principal, action, resource);")]
    public void What_does_not_load_decides_nothing(string policies)
    {
        using var bench = new Bench(policies);
        Assert.Equal(DenyReason.PolicyInvalid, Reason(bench.Decide(bench.Call("transfer", Small))));
        Assert.Contains(bench.Snapshot.Law.Findings, f => f.Refuses);
    }

    [Fact]
    public void A_permit_may_name_a_tool_before_it_is_pinned()
    {
        using var bench = new Bench(Bench.Limit + "@id(\"early\") permit (principal, action == payments::Action::\"later\", resource);");
        Assert.True(bench.Decide(bench.Call("transfer", Small)).Decision.IsAllowed);
        Assert.Equal(DenyReason.AttestationBroken, Reason(bench.Decide(bench.Call("later", "{}"))));
    }

    [Fact]
    public void A_permit_ends_when_it_says_so_and_a_set_of_ended_permits_is_no_policy()
    {
        using var bench = new Bench("@id(\"p\") @expires(\"2026-11-23T12:00:00Z\") permit (principal, action, resource);");
        Assert.True(bench.Decide(bench.Request(bench.Call("transfer", Small), [new(AssertionKinds.RunToken, bench.RunToken(at: Bench.Noon.AddSeconds(-5)))]), Bench.Noon.AddMilliseconds(-1)).Decision.IsAllowed);
        Assert.Equal(DenyReason.PolicyMissing, Reason(bench.Decide(bench.Call("transfer", Small))));
    }

    [Fact]
    public void A_forbid_wins_whatever_permits()
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"no\") @agent_message(\"Ask finance.\") forbid (principal, action == payments::Action::\"transfer\", resource);");
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.Equal((DenyReason.Forbidden, "Ask finance."), (Reason(decided), decided.Hint));
        Assert.Equal(["no"], decided.Decision.Policies.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("context.chain.depth + 9223372036854775807 > 0", DenyReason.PolicyError)]
    [InlineData("context.now.offset(duration(\"9223372036854775807ms\")) > context.now", DenyReason.PolicyError)]
    public void A_forbid_that_fails_to_evaluate_denies(string condition, DenyReason reason)
    {
        using var bench = new Bench($"@id(\"all\") permit (principal, action, resource); @id(\"no\") forbid (principal, action, resource) when {{ {condition} }};");
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.Equal(reason, Reason(decided));
        Assert.Equal("no", decided.Decision.Errors.Single().Policy.ToString());
    }

    [Fact]
    public void A_permit_that_fails_to_evaluate_denies_though_another_permits()
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"broken\") permit (principal, action, resource) when { context.chain.depth * 9223372036854775807 * 2 > 0 };");
        Assert.Equal(DenyReason.PolicyError, Reason(bench.Decide(bench.Call("transfer", Small))));
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
        Assert.Equal(DenyReason.PolicyInvalid, Reason(bench.Decide(bench.Call("transfer", Small))));
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
            "t-1.fake.example", t.Resource, t.PlaneKeys.Values, [], t.Identities.Values, [.. t.Servers.Values, new PinnedServer("unused", null, System.Collections.Immutable.ImmutableSortedDictionary<string, PinnedTool>.Empty)]));
        Assert.Equal(DenyReason.AttestationBroken, Reason(bench.Decide(bench.Call("pay", "{}"))));
        using var named = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"f\") forbid (principal, action == Unused::Action::\"pay\", resource);");
        Assert.Equal(DenyReason.PolicyInvalid, Reason(named.Decide(named.Call("transfer", Small))));
    }

    [Theory]
    [InlineData("""{"amount":"900","to":"acct-7"}""", "/amount")]
    [InlineData("""{"amount":900.00001,"to":"acct-7"}""", "/amount")]
    [InlineData("""{"amount":900}""", null)]
    [InlineData("""{"amount":900,"to":"acct-7","cc":"x"}""", "/cc")]
    [InlineData("""{"amount":900,"to":7}""", "/to")]
    public void Arguments_that_do_not_bind_are_malformed_by_their_pointer(string arguments, string? pointer)
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call("transfer", arguments));
        Assert.Equal(DenyReason.Malformed, Reason(decided));
        if (pointer is not null)
        {
            Assert.Equal(pointer, decided.Hint);
        }
    }

    [Fact]
    public void A_tool_that_changed_is_refused_before_policy_and_stays_visible_to_whom_it_was()
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call("transfer", Small, Obstat.Core.Tests.Records.Said.Sha("changed").ToBase64Url()));
        Assert.Equal(DenyReason.AttestationBroken, Reason(decided));
        Assert.Equal(["transfer"], decided.Visible);
        Assert.Equal(DenyReason.AttestationBroken, Reason(bench.Decide(bench.Call("transfer", Small, null))));
    }

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
        Assert.Equal(DenyReason.NotPermitted, Reason(decided));
        Assert.Empty(decided.Visible);
    }

    [Fact]
    public void Every_method_that_is_gated_has_its_own_action()
    {
        using var bench = new Bench("""
            @id("read") permit (principal, action == Plane::Mcp::Action::"resources/read", resource) when { context.input.uri like "file:///ok/*" };
            @id("prompt") permit (principal, action == Plane::Mcp::Action::"prompts/get", resource) when { context.input has arguments && context.input.arguments.hasTag("topic") && context.input.arguments.getTag("topic") == "law" };
            """);
        Assert.True(bench.Decide(Bench.Method("resources/read", ("uri", JsonValue.Of("file:///ok/a")))).Decision.IsAllowed);
        Assert.Equal(DenyReason.NotPermitted, Reason(bench.Decide(Bench.Method("resources/read", ("uri", JsonValue.Of("file:///etc/passwd"))))));
        Assert.True(bench.Decide(Bench.Method("prompts/get", ("name", JsonValue.Of("x")), ("arguments", Bench.Json("""{"topic":"law"}""")))).Decision.IsAllowed);
        Assert.Equal(DenyReason.Malformed, Reason(bench.Decide(Bench.Method("prompts/get", ("name", JsonValue.Of("x")), ("arguments", Bench.Json("""{"topic":1}"""))))));
        Assert.Equal(DenyReason.NotPermitted, Reason(bench.Decide(Bench.Method("initialize"))));
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
        Assert.Equal(DenyReason.Forbidden, Reason(bench.Decide(Bench.Method("roots/list"))));
        Assert.Equal(DenyReason.NotPermitted, Reason(bench.Decide(Bench.Method("sampling/createMessage"))));
        Assert.Equal(["elicitation"], bench.Decide(Bench.Method("initialize")).Visible);
        Assert.Equal(["elicitation"], bench.Decide(Bench.Method("server/discover")).Visible);
    }

    [Fact]
    public void A_call_that_comes_again_with_answers_is_another_action()
    {
        using var bench = new Bench();
        var first = bench.Request(bench.Call("transfer", Small)).Action;
        var again = bench.Request(bench.Call("transfer", Small).With("input_responses", Bench.Json("""{"ok":{"action":"accept"}}""")).With("state_hash", JsonValue.Of(first.ActHash.ToBase64Url()))).Action;
        Assert.NotEqual(first.ActHash, again.ActHash);
        foreach (var action in (JsonValue[])[bench.Call("transfer", Small).With("state_hash", JsonValue.Of("short")), Bench.Method("tools/list").With("input_responses", JsonValue.EmptyObject)])
        {
            Assert.False(CanonicalAction.TryParse(action, out _, out var refusal));
            Assert.Equal(DenyReason.Malformed, refusal.Reason);
        }
    }

    [Fact]
    public void A_server_that_is_not_registered_is_an_entity_that_is_missing()
    {
        using var bench = new Bench();
        var ask = bench.Ask(Bench.Method("initialize").With("server", JsonValue.Of("other"))) with { Aud = "urn:execution:server:other" };
        var decided = bench.Decide(bench.Take(ask));
        Assert.Equal(DenyReason.EntityMissing, Reason(decided));
        Assert.Equal(["Plane::Server::\"other\""], decided.Decision.Missing);
    }

    [Fact]
    public void Classes_put_a_tool_into_groups_and_fill_its_facets()
    {
        const string settings = """{"format":1,"toolClasses":{"payments":{"transfer":{"pay":{"amount":"/amount","currency":{"value":"EUR"},"payee":"/to"}}}}}""";
        using var bench = new Bench("@id(\"pay\") permit (principal, action in Plane::Action::\"pay\", resource) when { context.facet.amount.lessThan(decimal(\"1000.0\")) && context.facet.currency == \"EUR\" && context.facet.payee == \"acct-7\" };", settings);
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.True(decided.Decision.IsAllowed, decided.Decision.Detail);
        Assert.Equal("pay", decided.Class);
        Assert.Equal(DenyReason.NotPermitted, Reason(bench.Decide(bench.Call("transfer", """{"amount":900,"to":"mallory"}"""))));
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
        Assert.Equal(DenyReason.PolicyInvalid, Reason(bench.Decide(bench.Call("transfer", Small))));
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
        Assert.True(bench.Decide(bench.Call("transfer", Small)).Decision.IsAllowed);
    }

    [Fact]
    public void An_inactive_principal_is_revoked_whatever_policies_say()
    {
        const string entities = """[{"uid":{"type":"Plane::Agent","id":"local:uid:1000"},"attrs":{"active":false},"parents":[]}]""";
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource);", entities: entities);
        Assert.Equal(DenyReason.Revoked, Reason(bench.Decide(bench.Call("transfer", Small))));
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
        Assert.Equal(DenyReason.PolicyInvalid, Reason(bench.Decide(bench.Call("transfer", Small))));
    }

    [Fact]
    public void An_entity_file_cannot_pin_a_tool()
    {
        const string entities = """[{"uid":{"type":"Plane::Tool","id":"payments/balance"},"attrs":{"pinned":false,"risk":1},"parents":[{"type":"Plane::Server","id":"payments"}]}]""";
        using var bench = new Bench("@id(\"p\") permit (principal, action in Plane::Action::\"call\", resource) when { context.tool.pinned && context.tool has risk };", entities: entities);
        Assert.True(bench.Decide(bench.Call("balance", "{}")).Decision.IsAllowed);
    }

    [Fact]
    public void What_only_an_approval_would_allow_says_so()
    {
        const string entities = """[{"uid":{"type":"Plane::Team","id":"finance"},"attrs":{},"parents":[]}]""";
        const string policies = "@id(\"big\") @approval(\"finance 2\") permit (principal, action, resource) when { context.approval.count >= 2 && context.approval.groups.contains(Plane::Team::\"finance\") };";
        using var bench = new Bench(policies, entities: entities);
        Assert.Equal(DenyReason.ApprovalRequired, Reason(bench.Decide(bench.Call("transfer", Small))));
        using var forbidden = new Bench(policies + "@id(\"no\") forbid (principal, action, resource);", entities: entities);
        Assert.Equal(DenyReason.Forbidden, Reason(forbidden.Decide(forbidden.Call("transfer", Small))));
    }

    [Fact]
    public void An_obligation_that_the_point_did_not_declare_denies()
    {
        using var bench = new Bench("@id(\"p\") @require(\"redact.result\") permit (principal, action, resource);");
        Assert.Equal(DenyReason.NotPermitted, Reason(bench.Decide(bench.Call("transfer", Small))));
        bench.At = bench.At with { Obligations = bench.At.Obligations.Add("redact.result") };
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.True(decided.Decision.IsAllowed);
        Assert.Equal(["redact.result"], decided.Obligations);
    }

    [Fact]
    public void Order_of_policies_never_matters()
    {
        string[] all =
        [
            "@id(\"a\") permit (principal, action, resource);",
            "@id(\"b\") forbid (principal, action == payments::Action::\"transfer\", resource) when { context.input.amount.greaterThan(decimal(\"500.0\")) };",
            "@id(\"c\") permit (principal, action, resource) when { context.chain.depth * 9223372036854775807 * 2 > 0 };",
            "@id(\"d\") permit (principal is Plane::User, action, resource);",
            "@id(\"e\") forbid (principal, action == payments::Action::\"balance\", resource);",
        ];
        Gen.Shuffle(all).Select(Gen.Int[1, all.Length], Gen.Int[1, 1000]).Sample((order, take, amount) =>
        {
            var chosen = order.Take(take).ToArray();
            using var bench = new Bench(string.Join('\n', chosen));
            using var sorted = new Bench(string.Join('\n', chosen.Order(StringComparer.Ordinal)));
            var call = bench.Call("transfer", $$"""{"amount":{{amount}},"to":"x"}""");
            var (one, other) = (bench.Decide(call).Decision, sorted.Decide(call).Decision);
            return one.Reason == other.Reason && one.IsAllowed == other.IsAllowed && one.Policies.SequenceEqual(other.Policies) && one.Errors.SequenceEqual(other.Errors);
        }, iter: 60);
    }

    [Fact]
    public void One_more_forbid_never_allows_more()
    {
        var forbids = OneOf("principal, action == payments::Action::\"transfer\", resource", "principal is Plane::User, action == payments::Action::\"transfer\", resource");
        var conditions = OneOf("", " when { context.input.amount.lessThan(decimal(\"10.0\")) }", " when { context.chain.depth * 9223372036854775807 * 2 > 0 }", " unless { principal.active }");
        forbids.Select(conditions, Gen.Int[1, 2000]).Sample((scope, condition, amount) =>
        {
            using var bench = new Bench();
            using var more = new Bench(Bench.Limit + $"@id(\"more\") forbid ({scope}){condition};");
            var call = bench.Call("transfer", $$"""{"amount":{{amount}},"to":"x"}""");
            return !more.Decide(call).Decision.IsAllowed || bench.Decide(call).Decision.IsAllowed;
        }, iter: 60);
    }

    [Fact]
    public void A_revoked_principal_is_refused()
    {
        using var bench = new Bench();
        bench.Snapshot = Snapshot.Of(bench.Law, PrincipalDirectory.Empty, bench.Trust, Revocations.Empty.With(new Proof.Leases.Scope(Proof.Leases.ScopeKind.Principal, "Agent::local:uid:1000")));
        Assert.Equal(DenyReason.Revoked, Reason(bench.Decide(bench.Call("transfer", Small))));
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
