using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Way;

public sealed class GateTests : IDisposable
{
    private const string Small = """{"amount":900.5,"to":"acct-7"}""";
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    private static (string? Compact, Denial? Denial) Of(Verdict verdict) => verdict.Match<(string?, Denial?)>(p => (p.Compact, null), d => (null, d));

    [Fact]
    public async Task A_permitted_call_gets_a_permit_whose_claims_the_entry_fixed()
    {
        var verdict = await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)));
        var permit = verdict.Match(p => p, d => throw new InvalidOperationException(d.Reason.ToString()));
        var statement = Assert.IsType<DecisionStatement>(_bench.Ledger.Statements.Last());
        Assert.Equal(statement.Permit!.Claims, permit.Claims.ClaimsDigest());
        Assert.Equal(permit.Entry.Index.Value, permit.Claims.Led!.Index);
        Assert.Equal(30, permit.Claims.Expires - permit.Claims.IssuedAt);
        Assert.True(StrictJws.TryVerify(permit.Compact, PermitProfiles.Permit, JwsKeySet.Of(_bench.Permit.Public), Bench.Noon.ToUnixTimeSeconds(), out _, out var refusal), refusal.ToString());
        Assert.Equal(["pay-small"], statement.Policies);
        Assert.Equal("Agent::local:uid:1000", permit.Claims.Sub);
    }

    [Fact]
    public async Task A_denial_is_recorded_by_the_same_line_as_an_allow()
    {
        var (_, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", """{"amount":12000,"to":"acct-7"}"""))));
        Assert.Equal(DenyReason.NotPermitted, denial!.Reason);
        Assert.Equal("Transfers above 1000 are made by people in finance.", denial.Hint);
        Assert.Equal("NotPermitted", Assert.IsType<DecisionStatement>(denial.Entry!.Statement).Reason);
    }

    [Fact]
    public async Task Nobody_verified_is_denied_and_recorded()
    {
        var (_, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small), [])));
        Assert.Equal(DenyReason.IdentityUnverifiable, denial!.Reason);
        var statement = Assert.IsType<DecisionStatement>(denial.Entry!.Statement);
        Assert.Equal(("IdentityUnverifiable", (string?)null), (statement.Identity.State, statement.Identity.Principal));
        Assert.Null(statement.Read.Law);
        Assert.Equal(["transfer"], denial.Visible);
    }

    [Theory]
    [InlineData("throws", DenyReason.Fault)]
    [InlineData("nothing", DenyReason.LedgerUnavailable)]
    [InlineData("hangs", DenyReason.Late)]
    public async Task A_sealer_that_fails_denies_and_records_nothing(string fault, DenyReason reason)
    {
        using var patience = new CancellationTokenSource(fault == "hangs" ? 50 : 60_000);
        var before = _bench.Ledger.Entries.Count;
        var (_, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), _bench.Gate(new FakeSealer(fault)), patience.Token));
        Assert.Equal((reason, (Recorded?)null, before), (denial!.Reason, denial.Entry, _bench.Ledger.Entries.Count));
    }

    [Theory]
    [InlineData("throws", DenyReason.Fault)]
    [InlineData("gone", DenyReason.PlaneUnavailable)]
    [InlineData("hangs", DenyReason.PlaneUnavailable)]
    public async Task A_signer_that_fails_gives_no_permit_and_the_intent_stays_open_for_the_sweep(string fault, DenyReason reason)
    {
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), _bench.Gate(signer: new FakePermitSigner(_bench.Permit, fault))));
        Assert.Equal(((string?)null, reason), (compact, denial!.Reason));
        Assert.Single(_bench.Ledger.State.Open);
    }

    [Theory]
    [InlineData(DenyReason.LedgerUnavailable)]
    [InlineData(DenyReason.Late)]
    [InlineData(DenyReason.ClockUntrusted)]
    public async Task A_ledger_that_refuses_gives_its_code_and_no_permit(DenyReason reason)
    {
        _bench.Ledger.Refuses = reason;
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small))));
        Assert.Equal(((string?)null, reason, (Recorded?)null), (compact, denial!.Reason, denial.Entry));
    }

    [Fact]
    public async Task A_ledger_that_lies_about_its_head_gives_no_permit()
    {
        _bench.Ledger.Lies = true;
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small))));
        Assert.Equal(((string?)null, DenyReason.LedgerUnavailable), (compact, denial!.Reason));
    }

    [Fact]
    public async Task A_ledger_that_answers_with_the_entry_of_another_allow_gives_no_permit()
    {
        _ = await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)));
        var stale = new StaleLedger(_bench.Ledger, _bench.Ledger.Entries[^1]);
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", """{"amount":1,"to":"mallory"}""")), _bench.Gate(ledger: stale)));
        Assert.Equal(((string?)null, DenyReason.Late), (compact, denial!.Reason));
    }

    [Fact]
    public async Task A_ledger_that_answers_a_denial_for_an_allow_gives_the_denial()
    {
        _ = await _bench.Admit(_bench.Request(_bench.Call("transfer", """{"amount":12000,"to":"acct-7"}""")));
        var stale = new StaleLedger(_bench.Ledger, _bench.Ledger.Entries[^1]);
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), _bench.Gate(ledger: stale)));
        Assert.Equal(((string?)null, DenyReason.NotPermitted), (compact, denial!.Reason));
    }

    [Fact]
    public async Task A_ledger_that_hangs_is_late()
    {
        using var patience = new CancellationTokenSource(50);
        var (_, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), _bench.Gate(ledger: new HangingLedger(_bench.Ledger)), patience.Token));
        Assert.Equal(DenyReason.Late, denial!.Reason);
    }

    [Fact]
    public async Task A_ledger_that_throws_is_a_fault_and_never_an_allow()
    {
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), _bench.Gate(ledger: new ThrowingLedger(_bench.Ledger))));
        Assert.Equal(((string?)null, DenyReason.Fault), (compact, denial!.Reason));
    }

    [Fact]
    public async Task The_same_number_with_another_body_is_malformed_and_the_first_answer_stands()
    {
        var first = _bench.Ask(_bench.Call("transfer", Small));
        Assert.NotNull(Of(await _bench.Admit(_bench.Take(first))).Compact);
        var second = first with { Action = _bench.Call("transfer", """{"amount":2,"to":"mallory"}""") };
        var (compact, denial) = Of(await _bench.Admit(_bench.Take(second)));
        Assert.Equal(((string?)null, DenyReason.Malformed), (compact, denial!.Reason));
        Assert.Single(_bench.Ledger.Statements.OfType<DecisionStatement>());
    }

    [Fact]
    public async Task A_snapshot_that_moved_before_the_record_is_judged_again_under_the_new_one()
    {
        var old = _bench.Snapshot;
        var next = Snapshot.Of(Bench.LawOf("@id(\"none\") permit (principal, action == Plane::Mcp::Action::\"connect\", resource);"), old.Directory, old.Trust, old.Revocations);
        _bench.Activate(next);
        var seen = 0;
        var verdict = await _bench.Gate().AdmitAsync(_bench.Request(_bench.Call("transfer", Small)), () => (seen++ == 0 ? old : next, _bench.Freshness), Bench.Noon, new Chance(Said.Id(1), Said.Id(2)), default);
        Assert.Equal((DenyReason.NotPermitted, 2), (Of(verdict).Denial!.Reason, seen));
    }

    [Fact]
    public async Task A_snapshot_that_is_never_the_one_in_force_is_late_and_never_an_allow()
    {
        var old = _bench.Snapshot;
        _bench.Activate(Snapshot.Of(Bench.LawOf("@id(\"x\") permit (principal, action, resource);"), old.Directory, old.Trust, old.Revocations));
        _bench.Snapshot = old;
        Assert.Equal(DenyReason.Late, Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)))).Denial!.Reason);
    }

    [Fact]
    public async Task What_is_halted_between_decision_and_record_is_recorded_as_refused()
    {
        var asked = 0;
        var scopes = _bench.Decide(_bench.Call("transfer", Small)).Scopes().Count();
        // The first look at every scope finds nothing; the halt comes before the draft's turn.
        var gate = new Gate(new FakeSealer(), new Recorded.Recorder(_bench.Ledger), new ExecutionPermit.Issuer(new FakePermitSigner(_bench.Permit)), new PermitTerms(_bench.Trust.Issuer, TimeSpan.FromSeconds(30), Said.Sha("build")), _ => ++asked > scopes);
        var (compact, denial) = Of(await _bench.Admit(_bench.Request(_bench.Call("transfer", Small)), gate));
        Assert.Equal(((string?)null, DenyReason.Halted), (compact, denial!.Reason));
        Assert.Equal("Halted", Assert.Single(_bench.Ledger.Statements.OfType<DecisionStatement>()).Reason);
        Assert.Empty(_bench.Ledger.State.Open);
    }

    [Fact]
    public async Task No_permit_outlives_the_identity()
    {
        var token = _bench.RunToken(life: 10);
        var verdict = await _bench.Admit(_bench.Request(_bench.Call("transfer", Small), [new(Obstat.Proof.Messages.AssertionKinds.RunToken, token)]));
        Assert.Equal(10, verdict.Match(p => p.Claims.Expires - p.Claims.IssuedAt, _ => -1));
    }
}
