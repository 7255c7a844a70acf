using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>A boot from its registration to its last coverage.</summary>
public sealed class BootTests : FoldCase
{
    [Fact]
    public void A_boot_that_nobody_registered_gets_no_decision() => Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 9, 1)));

    [Fact]
    public void A_boot_is_registered_once()
    {
        _ = Armed();
        Assert.Equal(DenyReason.Fault, Refusal(Said.Registered(_report, 1, "gw-2")));
    }

    [Fact]
    public void A_boot_ends_when_the_next_of_its_point_is_registered()
    {
        var ledger = Armed();
        ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        using var next = StatementSigner.Generate();
        ledger.Require(Said.Registered(next, 2));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 2)));
        var due = Assert.Single(ledger.Sweep(ledger.Now));
        Assert.Equal("boot-ended", due.Why);
        ledger.Require(Orphans.Close(due));
        Assert.Empty(ledger.State.Open);
    }

    [Fact]
    public void Numbers_of_an_ended_boot_that_have_no_entry_become_a_gap()
    {
        var ledger = Armed();
        ledger.Require(Said.Decided(false, 1, 2));
        ledger.Require(Said.Decided(false, 1, 5));
        using var next = StatementSigner.Generate();
        var registered = Said.Registered(next, 2);
        ledger.Require(Draft.OfPlane(place => Composition.Of((EnforcementPointStatement)registered.Compose!(place).Statement! with { Previous = new(Said.Id(1), 7) })));
        var gap = Assert.Single(ledger.State.Uncovered.Values);
        Assert.Equal([new SeqRange(1, 1), new SeqRange(3, 4), new SeqRange(6, 7)], gap.Ranges);
        ledger.Require(gap.ToDraft());
        Assert.Empty(ledger.State.Uncovered);
        Assert.Equal(DenyReason.Late, Refusal(gap.ToDraft()));
    }

    [Fact]
    public void Coverage_joins_the_reports_of_its_boot_and_what_runs_goes_on()
    {
        var ledger = Armed();
        var decision = ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        var covered = ledger.Require(Said.Covered(_report, ledger.State, 1, 2, final: false, open: Said.Id(1)));
        Assert.Equal(covered.Index, ledger.Require(Said.Covered(_report, ledger.State, 1, 2, final: false, open: Said.Id(1))).Index); // the same again
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, decision, 1, 3, 1, prev: null)));
        ledger.Require(Said.Ended(_report, decision, 1, 3, 1, prev: covered.Written.Digest));
        ledger.Require(Said.Decided(false, 1, 4));
        Assert.False(ledger.State.Boots[Said.Id(1)].IsOver);
    }

    [Fact]
    public void Coverage_that_counts_wrongly_is_recorded_for_the_audit_and_one_that_is_open_about_nothing_is_refused()
    {
        var ledger = Armed();
        using var other = StatementSigner.Generate();
        ledger.Require(Said.Registered(other, 2, "gw-2"));
        ledger.Require(Said.Decided(true, 2, 1, jti: 2, point: "gw-2"));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Covered(_report, ledger.State, 1, 9, open: Said.Id(1))));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Covered(_report, ledger.State, 1, 9, open: Said.Id(2))));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Covered(_report, ledger.State, 1, 9, prev: Said.Sha("x"))));
        Assert.Equal(DenyReason.AssertionInvalid, Refusal(Said.Covered(other, ledger.State, 1, 9)));
        Assert.Equal(DenyReason.AssertionInvalid, Refusal(Said.Covered(_report, ledger.State, 9, 9)));
        ledger.Require(Said.Covered(_report, ledger.State, 1, 9, final: false)); // counts eight asks, of which none came
    }

    [Fact]
    public void A_boot_that_closed_says_nothing_more_and_what_it_left_open_is_orphaned_at_once()
    {
        var ledger = Armed();
        var decision = ledger.Require(Said.Decided(true, 1, 1, jti: 1));
        var last = Said.Covered(_report, ledger.State, 1, 3, open: Said.Id(1));
        var closed = ledger.Require(last);
        Assert.Equal((true, true), (ledger.State.Boots[Said.Id(1)].IsOver, ledger.State.Boots[Said.Id(1)].IsClosed));
        Assert.Equal(closed.Index, ledger.Require(last).Index); // its answer was lost
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 2)));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Refused(1, (2, 2))));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Ended(_report, decision, 1, 4, 1, prev: closed.Written.Digest)));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Covered(_report, ledger.State, 1, 4, prev: closed.Written.Digest)));
        var due = Assert.Single(ledger.Sweep(ledger.Now));
        Assert.Equal("boot-ended", due.Why);
        ledger.Require(Orphans.Close(due));
        using var next = StatementSigner.Generate();
        var registered = Said.Registered(next, 2);
        ledger.Require(Draft.OfPlane(place => Composition.Of((EnforcementPointStatement)registered.Compose!(place).Statement! with { Previous = new(Said.Id(1), 3) })));
        Assert.Equal([new SeqRange(2, 2)], Assert.Single(ledger.State.Uncovered.Values).Ranges); // what it counted and the log has not becomes a gap
    }
}
