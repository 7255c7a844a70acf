using CsCheck;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Core.Tests.Records;

public sealed class FoldTests : IDisposable
{
    private readonly FakeLedger _ledger = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _ledger.Dispose();
        _report.Dispose();
    }

    private FakeLedger Armed()
    {
        _ledger.Require(Said.Activated("law"));
        _ledger.Require(Said.Registered(_report, 1));
        return _ledger;
    }

    private DenyReason Refusal(Draft draft) => _ledger.Append(draft).Match(_ => DenyReason.Undecided, reason => reason);

    [Fact]
    public void The_state_digest_of_one_bundle_row_is_that_of_the_published_vector()
        => Assert.Equal("f295e86aba19652578d24c6c21a443d6d7151c601f3adcf8f63fd53198e0a64d", StateTree.Empty.With(JsonValue.Of("law"), JsonValue.Of(1)).Digest.ToHex());

    [Fact]
    public void The_vectors_log_folds_up_to_its_signed_state_digest()
    {
        // The vectors number their messages over all chains; this log joins decisions alone, so the entries whose prev differs are left out.
        var state = LedgerState.Empty;
        foreach (var i in new[] { 0, 1, 2, 3 })
        {
            Assert.True(WrittenStatement.TryRead(Vectors.Bytes($"evidence/own/entry{i}.statement.json"), out var written, out var error), error);
            Assert.True(state.TryApply(written, null, out var next, out error), error);
            state = next;
        }

        Assert.Equal(4, state.Size);
        _ = Assert.Single(state.Open);
        foreach (var i in new[] { 4, 5, 6, 7, 8, 9 })
        {
            Assert.True(WrittenStatement.TryRead(Vectors.Bytes($"evidence/own/entry{i}.statement.json"), out var written, out var error), error);
            Assert.True(state.TryApply(written, null, out var next, out error), $"{i}: {error}");
            state = next;
        }

        Assert.True(state.EndsWithState);
        Assert.Empty(state.Open);
    }

    [Fact]
    public void A_tree_of_rows_depends_on_its_rows_and_not_on_their_history()
        => Gen.Int[0, 40].List[0, 60].Sample(
            keys =>
            {
                var tree = StateTree.Empty;
                var rows = new Dictionary<int, int>();
                for (var i = 0; i < keys.Count; i++)
                {
                    if (i % 3 == 2)
                    {
                        tree = tree.Without(JsonValue.Of(keys[i]));
                        _ = rows.Remove(keys[i]);
                    }
                    else
                    {
                        tree = tree.With(JsonValue.Of(keys[i]), JsonValue.Of(i));
                        rows[keys[i]] = i;
                    }
                }

                var other = rows.OrderByDescending(r => r.Key).Aggregate(StateTree.Empty, (t, r) => t.With(JsonValue.Of(r.Key), JsonValue.Of(r.Value)));
                Assert.Equal(Naive(rows.Select(r => (Digest.Of(JsonValue.Of(r.Key)), JsonValue.Array(JsonValue.Of(r.Key), JsonValue.Of(r.Value)))).ToList(), 0), tree.Digest);
                Assert.Equal(other.Digest, tree.Digest);
                Assert.Equal(rows.Count, tree.Count);
            },
            iter: 200);

    private static Digest Naive(List<(Digest Path, JsonValue Row)> rows, int depth) => rows.Count switch
    {
        0 => Digest.Of([]),
        1 => Digest.Of([0, .. rows[0].Row.ToCanonicalBytes()]),
        _ => Digest.Of([1, .. Naive([.. rows.Where(r => !Bit(r.Path, depth))], depth + 1).ToArray(), .. Naive([.. rows.Where(r => Bit(r.Path, depth))], depth + 1).ToArray()]),
    };

    private static bool Bit(Digest path, int depth) => ((path.ToArray()[depth / 8] >> (7 - (depth % 8))) & 1) == 1;

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
    public void An_allow_under_a_snapshot_that_is_no_longer_in_force_is_refused()
    {
        Armed().Require(Said.Activated("law 2"));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 1, jti: 1, law: "law")));
        _ledger.Require(Said.Decided(true, 1, 1, jti: 1, law: "law 2"));
    }

    [Fact]
    public void A_boot_that_nobody_registered_gets_no_decision() => Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(false, 9, 1)));

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

    [Fact]
    public void A_boot_is_registered_once()
    {
        _ = Armed();
        Assert.Equal(DenyReason.Fault, Refusal(Said.Registered(_report, 1, "gw-2")));
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

    [Fact]
    public void A_jti_is_allowed_once()
    {
        Armed().Require(Said.Decided(true, 1, 1, jti: 1));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Decided(true, 1, 2, jti: 1)));
    }

    [Fact]
    public void Times_in_the_log_never_decrease()
    {
        var ledger = Armed();
        var before = ledger.State.Time;
        ledger.Now = ledger.Now.AddHours(-1);
        Assert.Equal(before, ledger.Require(Said.Decided(false, 1, 1)).Written.Statement.Time);
    }

    [Fact]
    public void A_bundle_older_than_the_one_in_force_is_refused()
    {
        _ledger.Require(Said.Activated("law", 5));
        Assert.Equal(DenyReason.Fault, Refusal(Said.Activated("law 2", 4)));
        _ledger.Require(Said.Activated("law 2", 5));
    }

    [Fact]
    public void Only_the_root_of_genesis_announces_working_keys()
    {
        using var working = StatementSigner.Generate();
        Assert.Equal(DenyReason.Fault, Refusal(Said.KeySet(working, (KeyRoles.Statement, working))));
        _ledger.Require(Said.KeySet(_ledger.Root, (KeyRoles.Statement, working)));
        Assert.Equal(working.PublicKey.Kid, _ledger.State.StatementKey?.Kid);
    }

    [Fact]
    public void A_draft_that_moves_its_time_its_log_or_its_nonce_is_refused()
    {
        foreach (var change in new Func<PlaneStatement, PlaneStatement>[]
        {
            s => s with { Time = Timestamp.From(s.Time.Time.AddMilliseconds(1)) },
            s => s with { Origin = "t-2.aaaaaaaaaa.obstat.internal" },
            s => s with { Nonce = Said.Id(1) },
            s => s with { Plane = s.Plane with { Epoch = 2 } },
            s => s with { Clock = new("ntp", 21) },
        })
        {
            var activated = Said.Activated("law");
            Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of(change((PlaneStatement)activated.Compose!(place).Statement!)))));
        }
    }

    [Fact]
    public void A_statement_that_no_reader_would_take_is_not_recorded()
    {
        _ = Armed();
        var decided = Said.Decided(true, 1, 1, jti: 1);
        Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of((DecisionStatement)decided.Compose!(place).Statement! with { Permit = null }), Said.Id(1))));
        Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(_ => default)));
    }

    [Fact]
    public void Genesis_stands_at_index_0_and_nowhere_else()
        => Assert.Equal(DenyReason.Fault, Refusal(Draft.OfPlane(place => Composition.Of((GenesisStatement)_ledger.Statements.First() with { Nonce = place.Nonce, Time = place.Time }))));

    [Fact]
    public async Task A_recorder_believes_a_ledger_only_with_its_proof()
    {
        var recorder = new Recorded.Recorder(_ledger);
        var recorded = (await recorder.AppendAsync(Said.Activated("law"), default)).Match<Recorded?>(r => r, _ => null);
        Assert.Equal(1, recorded?.Index.Value);
        Assert.False(recorded!.IsAllowed);
        _ledger.Lies = true;
        Assert.Equal(DenyReason.LedgerUnavailable, (await recorder.AppendAsync(Said.Activated("law 2"), default)).Match(_ => DenyReason.Undecided, reason => reason));
    }

    [Fact]
    public async Task What_a_ledger_refuses_is_not_recorded()
    {
        _ledger.Refuses = DenyReason.Late;
        Assert.Equal(DenyReason.Late, (await new Recorded.Recorder(_ledger).AppendAsync(Said.Activated("law"), default)).Match(_ => DenyReason.Undecided, reason => reason));
    }
}
