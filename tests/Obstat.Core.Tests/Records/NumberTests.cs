using CsCheck;
using Obstat.Core.Records;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>Numbers, chains and permits of a boot: each is used once.</summary>
public sealed class NumberTests : FoldCase
{
    [Fact]
    public void Numbers_are_used_once_whatever_their_order()
        => Gen.Int[1, 60].List[0, 80].Sample(
            seqs =>
            {
                var ranges = SequenceRanges.Empty;
                var used = new SortedSet<long>();
                foreach (var seq in seqs)
                {
                    Assert.Equal(used.Contains(seq), ranges.Touches(seq, seq));
                    if (used.Add(seq))
                    {
                        ranges = ranges.With(seq, seq);
                    }
                }

                Assert.Equal(used, ranges.Ranges.SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1)).Select(i => (long)i)));
                Assert.True(ranges.Ranges.Zip(ranges.Ranges.Skip(1)).All(pair => pair.First.Last + 1 < pair.Second.First));
            },
            iter: 300);

    [Fact]
    public void Decisions_of_a_boot_are_chained_by_the_sequencer()
    {
        var ledger = Armed();
        var first = ledger.Require(Said.Decided(false, 1, 1));
        var second = ledger.Require(Said.Decided(false, 1, 2));
        Assert.Null(((DecisionStatement)first.Written.Statement).Ep.Prev);
        Assert.Equal(first.Written.Digest, ((DecisionStatement)second.Written.Statement).Ep.Prev);
    }

    [Fact]
    public void A_draft_that_writes_another_prev_is_refused()
    {
        Armed().Require(Said.Decided(false, 1, 1));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 2, prev: _ => null)));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 2, prev: _ => Said.Sha("other"))));
    }

    [Fact]
    public void The_same_message_again_gets_the_recorded_entry_and_decides_nothing_twice()
    {
        var ledger = Armed();
        var first = ledger.Require(Said.Decided(true, 1, 1, jti: 1, body: "ask"));
        var again = ledger.Require(Said.Decided(true, 1, 1, jti: 2, body: "ask"));
        Assert.Same(first, again);
        _ = Assert.Single(ledger.State.Open);
    }

    [Fact]
    public void The_same_number_for_another_message_is_malformed()
    {
        Armed().Require(Said.Decided(false, 1, 1, body: "ask"));
        Assert.Equal(DenyReason.Malformed, Refusal(Said.Decided(false, 1, 1, body: "another")));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 1)));
    }

    [Fact]
    public void A_number_that_a_refusal_used_cannot_be_decided()
    {
        Armed().Require(Said.Refused(1, (1, 4), (6, 9)));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 3)));
        _ledger.Require(Said.Decided(false, 1, 5));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Refused(1, (9, 10))));
    }

    [Fact]
    public void A_number_older_than_the_window_is_refused()
    {
        Armed().Require(Said.Decided(false, 1, 5_000));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 1, 5_000 - BootState.WindowMax)));
        _ledger.Require(Said.Decided(false, 1, 5_001 - BootState.WindowMax));
    }

    [Fact]
    public void A_jti_is_allowed_once()
    {
        Armed().Require(Said.Decided(true, 1, 1, jti: 1));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 2, jti: 1)));
    }
}
