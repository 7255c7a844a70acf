using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>An allow is open until its outcome, or until it is orphaned.</summary>
public sealed class OutcomeTests : FoldCase
{
    [Fact]
    public void An_allow_stays_open_until_its_outcome()
    {
        var ledger = Armed();
        var before = ledger.State.Parts.Digests.Digest;
        var decision = ledger.Require(Said.Decided(true, 1, 1, jti: 7));
        Assert.Equal(decision.Index, ledger.State.Open[Said.Id(7)].Index);
        Assert.NotEqual(before, ledger.State.Parts.Digests.Digest);
        ledger.Require(Said.Ended(_report, decision, 1, 2, 7, prev: null));
        Assert.Empty(ledger.State.Open);
        Assert.Equal(before, ledger.State.Parts.Digests.Digest);
    }

    [Fact]
    public void An_allow_without_outcome_is_orphaned_after_its_end_and_grace_and_not_before()
    {
        var ledger = Armed();
        ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        var end = DateTimeOffset.FromUnixTimeSeconds(ledger.State.Open[Said.Id(1)].NotAfter);
        Assert.Empty(ledger.Sweep(end.AddSeconds(59.9)));
        ledger.Now = end.AddSeconds(59);
        Assert.Equal(DenyReason.Fault, Refusal(Orphans.Close(new(ledger.State.Open[Said.Id(1)], OrphanCause.NoOutcome, Orphans.Grace))));
        ledger.Now = end.AddSeconds(60);
        ledger.Require(Orphans.Close(Assert.Single(ledger.Sweep(ledger.Now))));
        Assert.Equal("no-outcome", ((OrphanedStatement)ledger.Statements.Last()).Why);
        Assert.Empty(ledger.Sweep(ledger.Now.AddDays(1)));
    }

    [Fact]
    public void An_outcome_after_orphaned_is_recorded_once()
    {
        var ledger = Armed();
        var decision = ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        ledger.Now = ledger.Now.AddMinutes(5);
        ledger.Require(Orphans.Close(Assert.Single(ledger.Sweep(ledger.Now))));
        var late = ledger.Require(Said.Ended(_report, decision, 1, 2, 1, prev: null));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, decision, 1, 3, 1, prev: late.Written.Digest)));
    }

    [Fact]
    public void An_outcome_that_names_another_decision_is_refused()
    {
        var ledger = Armed();
        var first = ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        ledger.Require(Said.Decided(true, 1, 2, jti: 2));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, first, 1, 3, 2, prev: null)));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, first, 1, 3, 3, prev: null)));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, first, 1, 3, 1, prev: Said.Sha("x"))));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, first, 1, 2, 1, prev: null)));
        ledger.Require(Said.Ended(_report, first, 1, 3, 1, prev: null));
    }

    [Fact]
    public void An_outcome_by_another_boots_key_is_refused()
    {
        var ledger = Armed();
        using var other = StatementSigner.Generate();
        ledger.Require(Said.Registered(other, 2, "gw-2"));
        var decision = ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        Assert.Equal(DenyReason.AssertionInvalid, Refusal(Said.Ended(other, decision, 1, 2, 1, prev: null)));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(other, decision, 2, 2, 1, prev: null, point: "gw-2")));
    }
}
