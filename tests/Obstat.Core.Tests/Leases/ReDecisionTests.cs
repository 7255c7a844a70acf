using CsCheck;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Leases;
using Obstat.Core.Tests.Records;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Leases;

/// <summary>A running execution is decided again exactly when something moved that its decision read, and by the same rules.</summary>
public sealed class ReDecisionTests
{
    private const string Small = """{"amount":900.5,"to":"acct-7"}""";
    private const string All = "@id(\"all\") permit (principal, action, resource);";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static Decided Begin(Bench bench)
    {
        var decided = bench.Decide(bench.Call("transfer", Small));
        Assert.True(decided.Decision.IsAllowed, decided.Decision.Reason + decided.Decision.Detail);
        return decided;
    }

    private static Snapshot With(Bench bench, string? policies = null, Trust? trust = null, Revocations? revocations = null)
        => Snapshot.Of(policies is null ? bench.Law : Bench.LawOf(policies), bench.Snapshot.Directory, trust ?? bench.Snapshot.Trust, revocations ?? bench.Snapshot.Revocations);

    private static DenyReason? Again(Bench bench, Decided last, Snapshot snapshot, TimeSpan held)
    {
        var (now, freshness) = (Bench.Noon + held, bench.Freshness);
        if (!ReDecision.IsDue(last, snapshot, freshness, now))
        {
            return null;
        }

        var again = ReDecision.Decide(last, snapshot, freshness, now, held);
        return again.Decision.IsAllowed ? DenyReason.Undecided : again.Decision.Reason;
    }

    [Fact]
    public void Nothing_is_decided_again_while_nothing_moved_that_was_read()
    {
        using var bench = new Bench();
        var last = Begin(bench);
        Assert.Null(Again(bench, last, bench.Snapshot, TimeSpan.FromMinutes(5)));
        Assert.Null(Again(bench, last, With(bench), Minute)); // another object, the same digests
    }

    [Theory]
    [InlineData(Bench.Limit + "@id(\"no\") forbid (principal, action == payments::Action::\"transfer\", resource);", DenyReason.Forbidden)]
    [InlineData("@id(\"other\") permit (principal, action == payments::Action::\"balance\", resource);", DenyReason.NotPermitted)]
    [InlineData(All + "@id(\"no\") forbid (principal, action, resource) when { context.chain.depth + 9223372036854775807 > 0 };", DenyReason.PolicyError)]
    [InlineData("", DenyReason.PolicyMissing)]
    [InlineData("@id(\"p\") permit (", DenyReason.PolicyInvalid)]
    [InlineData("@id(\"p\") @require(\"redact.result\") permit (principal, action, resource);", DenyReason.NotPermitted)]
    [InlineData(All, DenyReason.Undecided)]
    public void A_law_that_moved_decides_again(string policies, DenyReason expected)
    {
        using var bench = new Bench();
        Assert.Equal(expected, Again(bench, Begin(bench), With(bench, policies), Minute));
    }

    [Fact]
    public void An_obligation_that_is_new_ends_what_was_permitted_without_it_although_the_point_could_do_it()
    {
        using var bench = new Bench();
        bench.At = bench.At with { Obligations = bench.At.Obligations.Add("redact.result") };
        Assert.Equal(DenyReason.NotPermitted, Again(bench, Begin(bench), With(bench, "@id(\"p\") @require(\"redact.result\") permit (principal, action, resource);"), Minute));
    }

    [Fact]
    public void A_trust_that_moved_ends_what_rests_on_an_identity_or_a_pin_that_is_gone_and_nothing_else()
    {
        using var bench = new Bench();
        var last = Begin(bench);
        Trust Of(IEnumerable<EnrolledIdentity> identities, IEnumerable<PinnedServer> servers) => new("t-1.fake.example", bench.Trust.Resource, bench.Trust.PlaneKeys.Values, [], identities, servers);
        var (people, servers) = (bench.Trust.Identities.Values.ToArray(), bench.Trust.Servers.Values.ToArray());
        var other = servers[0].Tools["transfer"] with { ToolHash = Said.Sha("another definition") };
        Assert.Equal(DenyReason.Undecided, Again(bench, last, With(bench, trust: Of([.. people, EnrolledIdentity.Person("bob")], servers)), Minute));
        Assert.Equal(DenyReason.IdentityUnverifiable, Again(bench, last, With(bench, trust: Of(people.Where(p => p.Uid is null), servers)), Minute));
        Assert.Equal(DenyReason.AttestationBroken, Again(bench, last, With(bench, trust: Of(people, [servers[0] with { Tools = servers[0].Tools.Remove("transfer") }])), Minute));
        Assert.Equal(DenyReason.AttestationBroken, Again(bench, last, With(bench, trust: Of(people, [servers[0] with { Tools = servers[0].Tools.SetItem("transfer", other) }])), Minute));
        Assert.Equal(DenyReason.EntityMissing, Again(bench, last, With(bench, "@id(\"all\") permit (principal, action, resource);", Of(people, [])), Minute));
    }

    [Fact]
    public void A_revocation_alone_decides_nothing_again_and_holds_when_something_else_does()
    {
        using var bench = new Bench();
        var last = Begin(bench);
        var revoked = Revocations.Empty.With(new Scope(ScopeKind.Tool, "payments/transfer"));
        Assert.Null(Again(bench, last, With(bench, revocations: revoked), Minute));
        Assert.Equal(DenyReason.Revoked, Again(bench, last, With(bench, All, revocations: revoked), Minute));
    }

    [Fact]
    public void A_permit_that_reached_its_end_ends_what_it_alone_allowed()
    {
        const string brief = "@id(\"brief\") @expires(\"2026-11-23T12:05:00Z\") permit (principal, action, resource);";
        using var alone = new Bench(brief + "@id(\"x\") permit (principal, action == Plane::Mcp::Action::\"connect\", resource);");
        Assert.Null(Again(alone, Begin(alone), alone.Snapshot, TimeSpan.FromSeconds(299)));
        Assert.Equal(DenyReason.NotPermitted, Again(alone, Begin(alone), alone.Snapshot, TimeSpan.FromMinutes(5)));
        using var beside = new Bench(brief + Bench.Limit);
        Assert.Equal(DenyReason.Undecided, Again(beside, Begin(beside), beside.Snapshot, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void How_long_it_has_been_running_is_told_at_a_renewal_and_zero_before()
    {
        using var bench = new Bench(All + "@id(\"long\") forbid (principal, action, resource) when { context.lease.held > duration(\"2m\") }; @id(\"odd\") forbid (principal, action, resource) when { context.lease.renewal != (context.lease.held > duration(\"0s\")) };");
        Assert.True(bench.Snapshot.Law.IsInForce, string.Join(' ', bench.Snapshot.Law.Findings));
        var last = Begin(bench);
        Assert.Equal(DenyReason.Undecided, Again(bench, last, bench.Snapshot, TimeSpan.FromMinutes(2)));
        Assert.Equal(DenyReason.Forbidden, Again(bench, last, bench.Snapshot, TimeSpan.FromMinutes(2) + TimeSpan.FromMilliseconds(1)));
    }

    [Theory]
    [InlineData("context.lease.renewal", true)]
    [InlineData("context.now > datetime(\"2030-01-01\")", true)]
    [InlineData("context has lease.held && principal.active", true)]
    [InlineData("[context].contains(context)", true)]
    [InlineData("context.chain.depth > 3", false)]
    public void A_law_is_known_to_read_time_or_not(string condition, bool reads)
    {
        using var bench = new Bench($"{All} @id(\"f\") forbid (principal, action == payments::Action::\"transfer\", resource) when {{ {condition} }};");
        Assert.Equal(reads, bench.Law.ReadsTime);
    }

    [Fact]
    public void Keys_of_the_issuer_that_became_too_old_end_it_and_an_end_of_the_token_too()
    {
        using var bench = new Bench();
        var last = Begin(bench);
        Assert.Equal(DenyReason.IdentityUnverifiable, Again(bench, last, With(bench, All), TimeSpan.FromMinutes(10)));
        Assert.Equal(DenyReason.Undecided, Again(bench, last, With(bench, All), TimeSpan.FromMinutes(9)));
    }

    [Fact]
    public void A_clock_that_went_back_is_no_negative_time()
    {
        using var bench = new Bench(All + "@id(\"f\") forbid (principal, action, resource) when { context.lease.held < duration(\"0s\") };");
        Assert.True(ReDecision.Decide(Begin(bench), bench.Snapshot, bench.Freshness, Bench.Noon, -Minute).Decision.IsAllowed);
    }

    [Fact]
    public void Deciding_again_under_any_law_says_what_a_new_request_would_be_told() => Gen.Int[0, 63].Sample(bits =>
    {
        string[] parts =
        [
            "@id(\"a\") permit (principal is Plane::Agent, action == payments::Action::\"transfer\", resource);",
            "@id(\"b\") permit (principal, action, resource) when { context.chain.depth == 1 };",
            "@id(\"c\") permit (principal, action, resource) when { context.chain.depth > 1 };",
            "@id(\"d\") forbid (principal is Plane::User, action, resource);",
            "@id(\"e\") forbid (principal, action == payments::Action::\"transfer\", resource) when { context.input.amount.greaterThan(decimal(\"900.0\")) };",
            "@id(\"f\") forbid (principal, action == payments::Action::\"balance\", resource);",
        ];
        using var bench = new Bench();
        var last = Begin(bench);
        var next = With(bench, "@id(\"z\") permit (principal, action == Plane::Mcp::Action::\"connect\", resource);" + string.Concat(parts.Where((_, i) => (bits >> i & 1) == 1)));
        var again = ReDecision.Decide(last, next, bench.Freshness, Bench.Noon, Minute).Decision;
        bench.Snapshot = next;
        var anew = bench.Decide(last.Request).Decision;
        return (again.IsAllowed, again.Reason) == (anew.IsAllowed, anew.Reason);
    });
}
