using CsCheck;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

/// <summary>What the authorizer decides, and with which reason.</summary>
public class AuthorizerTests
{
    private static Gen<string> OneOf(params string[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    [Fact]
    public void The_default_decision_refuses() => Assert.False(default(Decision).IsAllowed);

    [Fact]
    public void A_denial_without_a_reason_refuses_too() => Assert.False(Decision.Deny(DenyReason.Undecided).IsAllowed);

    [Fact]
    public void A_call_within_the_limit_is_allowed_by_the_policy_that_says_so()
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call("transfer", Bench.Small));
        Assert.True(decided.Decision.IsAllowed, decided.Decision.Detail);
        Assert.Equal(["pay-small"], decided.Decision.Policies.Select(p => p.ToString()));
        Assert.Equal(["transfer"], decided.Visible);
    }

    [Fact]
    public void No_policies_is_PolicyMissing()
    {
        using var bench = new Bench("");
        Assert.Equal(DenyReason.PolicyMissing, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
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
        Assert.Equal(DenyReason.PolicyInvalid, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
        Assert.Contains(bench.Snapshot.Law.Findings, f => f.Refuses);
    }

    [Fact]
    public void A_permit_ends_when_it_says_so_and_a_set_of_ended_permits_is_no_policy()
    {
        using var bench = new Bench("@id(\"p\") @expires(\"2026-11-23T12:00:00Z\") permit (principal, action, resource);");
        Assert.True(bench.Decide(bench.Request(bench.Call("transfer", Bench.Small), [new(AssertionKinds.RunToken, bench.RunToken(at: Bench.Noon.AddSeconds(-5)))]), Bench.Noon.AddMilliseconds(-1)).Decision.IsAllowed);
        Assert.Equal(DenyReason.PolicyMissing, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void A_forbid_wins_whatever_permits()
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"no\") @agent_message(\"Ask finance.\") forbid (principal, action == payments::Action::\"transfer\", resource);");
        var decided = bench.Decide(bench.Call("transfer", Bench.Small));
        Assert.Equal((DenyReason.Forbidden, "Ask finance."), (Bench.Reason(decided), decided.Hint));
        Assert.Equal(["no"], decided.Decision.Policies.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("context.chain.depth + 9223372036854775807 > 0", DenyReason.PolicyError)]
    [InlineData("context.now.offset(duration(\"9223372036854775807ms\")) > context.now", DenyReason.PolicyError)]
    public void A_forbid_that_fails_to_evaluate_denies(string condition, DenyReason reason)
    {
        using var bench = new Bench($"@id(\"all\") permit (principal, action, resource); @id(\"no\") forbid (principal, action, resource) when {{ {condition} }};");
        var decided = bench.Decide(bench.Call("transfer", Bench.Small));
        Assert.Equal(reason, Bench.Reason(decided));
        Assert.Equal("no", decided.Decision.Errors.Single().Policy.ToString());
    }

    [Fact]
    public void A_permit_that_fails_to_evaluate_denies_though_another_permits()
    {
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource); @id(\"broken\") permit (principal, action, resource) when { context.chain.depth * 9223372036854775807 * 2 > 0 };");
        Assert.Equal(DenyReason.PolicyError, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
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
        Assert.Equal(DenyReason.Malformed, Bench.Reason(decided));
        if (pointer is not null)
        {
            Assert.Equal(pointer, decided.Hint);
        }
    }

    [Fact]
    public void A_tool_that_changed_is_refused_before_policy_and_stays_visible_to_whom_it_was()
    {
        using var bench = new Bench();
        var decided = bench.Decide(bench.Call("transfer", Bench.Small, Obstat.Core.Tests.Records.Said.Sha("changed").ToBase64Url()));
        Assert.Equal(DenyReason.AttestationBroken, Bench.Reason(decided));
        Assert.Equal(["transfer"], decided.Visible);
        Assert.Equal(DenyReason.AttestationBroken, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small, null))));
    }

    [Fact]
    public void A_server_that_is_not_registered_is_an_entity_that_is_missing()
    {
        using var bench = new Bench();
        var ask = bench.Ask(Bench.Method("initialize").With("server", JsonValue.Of("other"))) with { Aud = "urn:execution:server:other" };
        var decided = bench.Decide(bench.Take(ask));
        Assert.Equal(DenyReason.EntityMissing, Bench.Reason(decided));
        Assert.Equal(["Plane::Server::\"other\""], decided.Decision.Missing);
    }

    [Fact]
    public void An_inactive_principal_is_revoked_whatever_policies_say()
    {
        const string entities = """[{"uid":{"type":"Plane::Agent","id":"local:uid:1000"},"attrs":{"active":false},"parents":[]}]""";
        using var bench = new Bench("@id(\"all\") permit (principal, action, resource);", entities: entities);
        Assert.Equal(DenyReason.Revoked, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void What_only_an_approval_would_allow_says_so()
    {
        const string entities = """[{"uid":{"type":"Plane::Team","id":"finance"},"attrs":{},"parents":[]}]""";
        const string policies = "@id(\"big\") @approval(\"finance 2\") permit (principal, action, resource) when { context.approval.count >= 2 && context.approval.groups.contains(Plane::Team::\"finance\") };";
        using var bench = new Bench(policies, entities: entities);
        Assert.Equal(DenyReason.ApprovalRequired, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
        using var forbidden = new Bench(policies + "@id(\"no\") forbid (principal, action, resource);", entities: entities);
        Assert.Equal(DenyReason.Forbidden, Bench.Reason(forbidden.Decide(forbidden.Call("transfer", Bench.Small))));
    }

    [Fact]
    public void An_obligation_that_the_point_did_not_declare_denies()
    {
        using var bench = new Bench("@id(\"p\") @require(\"redact.result\") permit (principal, action, resource);");
        Assert.Equal(DenyReason.NotPermitted, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
        bench.At = bench.At with { Obligations = bench.At.Obligations.Add("redact.result") };
        var decided = bench.Decide(bench.Call("transfer", Bench.Small));
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
        Assert.Equal(DenyReason.Revoked, Bench.Reason(bench.Decide(bench.Call("transfer", Bench.Small))));
    }
}
