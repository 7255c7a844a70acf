using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Tests;

public sealed class LedgerTests : LedgerCase
{
    private static string[] Types(Ledger ledger)
    {
        using var reader = ledger.Read();
        return [.. Enumerable.Range(0, (int)reader.Size()).Select(i => reader.Entry(i).Written.Statement.Type)];
    }

    [Fact]
    public async Task A_beat_is_answered_after_a_commit_and_writes_no_entry()
    {
        var ledger = _place.Open();
        var size = ledger.State.Size;
        Assert.True(await ledger.BeatAsync(default));
        Assert.True((await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ledger.BeatAsync(default)))).All(done => done));
        Assert.Equal(size, ledger.State.Size);
        ledger.Dispose();
        Assert.False(await ledger.BeatAsync(default));
        using var again = _place.Open();
        Assert.True(await again.BeatAsync(default));
    }

    [Fact]
    public void The_first_start_begins_a_log_and_every_later_one_records_the_gap()
    {
        using (var ledger = _place.Open())
        {
            Assert.Equal(["genesis", "key-set"], Types(ledger));
        }

        using (var ledger = _place.Open())
        {
            Assert.Equal(["genesis", "key-set", "state", "key-set", "gap"], Types(ledger));
            ledger.Abandon();
        }

        using var again = _place.Open();
        Assert.Equal(["genesis", "key-set", "state", "key-set", "gap", "key-set", "gap"], Types(again));
        using var reader = again.Read();
        Assert.Equal("the plane was stopped", ((GapStatement)reader.Entry(4).Written.Statement).Why);
        Assert.Equal("the plane ended without a clean stop", ((GapStatement)reader.Entry(6).Written.Statement).Why);
        Assert.Equal(3, ((PlaneStatement)reader.Entry(6).Written.Statement).Plane.Epoch);
    }

    [Fact]
    public void What_a_caller_holds_verifies_under_the_head_key()
    {
        using var ledger = Armed();
        var entry = ledger.Append(Ask(true, 1, jti: 1));
        Assert.True(Checkpoint.TryOpen(entry.Head, _place.HeadKey, out var head, out _));
        Assert.True(Leaf.TryParse(entry.Leaf, out var leaf));
        Assert.True(leaf.Signs(entry.Written.Bytes.Span));
        Assert.True(InclusionProof.Verifies(entry.Index.Value, head.Size, leaf.Hash, entry.Path.AsSpan(), head.Root));
    }

    [Fact]
    public async Task What_nobody_waits_for_shares_the_next_commit_and_where_none_comes_it_is_committed_alone()
    {
        using var ledger = Armed();
        var (first, second, third) = (ledger.Append(Ask(true, 1, jti: 1)), ledger.Append(Ask(true, 2, jti: 2)), ledger.Append(Ask(true, 3, jti: 3)));

        // Nothing else comes: it is durable when its time is over.
        var before = ledger.Head!.Bytes;
        var alone = await ledger.AppendAsync(Said.Ended(_report, first, 1, 4, 1, null, patience: Place.Patience, mayWait: TimeSpan.FromMilliseconds(20)), default);
        var ended = alone.Match(entry => entry, reason => throw new InvalidOperationException(reason.ToString()));
        Assert.False(before.Span.SequenceEqual(ledger.Head!.Bytes.Span));

        // It could wait for longer than this test does; a decision takes it along, under one head.
        var waits = ledger.AppendAsync(Said.Ended(_report, second, 1, 5, 2, ended.Written.Digest, patience: Place.Patience, mayWait: TimeSpan.FromHours(1)), default);
        var decision = ledger.Append(Ask(true, 6, jti: 6));
        var taken = (await waits).Match(entry => entry, reason => throw new InvalidOperationException(reason.ToString()));
        Assert.Equal(decision.Head.Bytes.ToArray(), taken.Head.Bytes.ToArray());
        Assert.True(taken.Index.Value < decision.Index.Value);

        // An end of the ledger waits for nothing.
        var last = ledger.AppendAsync(Said.Ended(_report, third, 1, 7, 3, taken.Written.Digest, patience: Place.Patience, mayWait: TimeSpan.FromHours(1)), default);
        ledger.Dispose();
        Assert.True((await last).Match(_ => true, _ => false));
    }

    [Fact]
    public async Task Sixty_four_callers_get_one_order_and_share_commits()
    {
        using var ledger = Armed();
        var recorder = new Recorded.Recorder(ledger);
        var seq = 0;
        var recorded = (await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            var mine = new List<Recorded>();
            for (var i = 0; i < 8; i++)
            {
                var n = Interlocked.Increment(ref seq);
                mine.Add((await recorder.AppendAsync(Ask(n % 2 == 0, n, jti: n), default)).Match(r => r, reason => throw new InvalidOperationException($"{reason}")));
            }

            return mine;
        })))).SelectMany(r => r).OrderBy(r => r.Index).ToArray();
        Assert.Equal(Enumerable.Range(4, 512).Select(i => (long)i), recorded.Select(r => r.Index.Value));
        Digest? prev = null;
        foreach (var one in recorded)
        {
            Assert.Equal(prev, one.Decision!.Ep.Prev);
            prev = one.Entry.Written.Digest;
        }

        Assert.InRange(recorded.Select(r => r.Entry.Head.ToString()).Distinct().Count(), 8, 511);
        Assert.Equal(256, ledger.State.Open.Count);
        ledger.Dispose();
        using var again = _place.Open();
        Assert.Equal(256, again.State.Open.Count);
        using var reader = again.Read();
        Assert.True(Checkpoint.TryOpen(again.Head!, _place.HeadKey, out var head, out _));
        foreach (var i in new[] { 0L, 1, 255, 256, 300, 511, head.Size - 1 })
        {
            Assert.True(InclusionProof.Verifies(i, head.Size, TreeHash.Leaf(reader.Entry(i).Leaf), reader.Inclusion(i, head.Size), head.Root));
        }

        Assert.True(Checkpoint.TryOpen(recorded[7].Entry.Head, _place.HeadKey, out var early, out _));
        Assert.True(ConsistencyProof.Verifies(early.Size, early.Root, head.Size, head.Root, reader.Consistency(early.Size, head.Size)));
    }

    [Fact]
    public void The_auditor_of_the_proofs_agrees_with_the_ledger()
    {
        using (var ledger = Armed())
        {
            var decision = ledger.Append(Ask(true, 1, jti: 1));
            ledger.Append(Said.Refused(1, (2, 5)));
            ledger.Append(Said.Ended(_report, decision, 1, 6, 1, null));
            ledger.Append(Ask(true, 7, jti: 2));
            ledger.Abandon();
        }

        using var again = _place.Open();
        using var reader = again.Read();
        var audit = new LogAudit(_place.HeadKey);
        Assert.True(Checkpoint.TryOpen(again.Head!, _place.HeadKey, out var head, out _));
        audit.Expect("head", head);
        audit.Take([.. Enumerable.Range(0, (int)reader.Size()).Select(index => reader.Entry(index)).Select(e => ((ReadOnlyMemory<byte>)e.Leaf, (ReadOnlyMemory<byte>?)e.Written.Bytes))]);
        Assert.Empty(audit.Finish(head, (CheckStatus.Verified, ""), []).Findings);
    }

    [Fact]
    public void Nothing_that_the_head_does_not_cover_leaves_as_evidence()
    {
        using var ledger = Armed();
        ledger.Append(Ask(false, 1));
        Assert.True(Checkpoint.TryOpen(ledger.Head!, _place.HeadKey, out var head, out _));
        using var reader = ledger.Read();
        Assert.Equal("decision", reader.Proven(4, head).Written.Statement.Type);
        using var other = Database.OpenWriter(_place.File, erases: false);
        foreach (var (change, expected) in new[]
        {
            ("UPDATE entry SET leaf = CAST(replace(leaf, 'a', 'b') AS BLOB) WHERE idx = 4", "entry 4"),
            ("UPDATE entry SET statement = (SELECT statement FROM entry WHERE idx = 3) WHERE idx = 4", "entry 4"),
            ("UPDATE entry SET (leaf, statement) = (SELECT leaf, statement FROM entry WHERE idx = 3) WHERE idx = 4", "entry 4"),
            ("DELETE FROM entry WHERE idx = 4", "entry 4"),
        })
        {
            Database.Run(other, change);
            Assert.StartsWith(expected, Assert.Throws<LedgerUnavailableException>(() => reader.Proven(4, head)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_same_message_again_gets_the_recorded_entry_under_a_later_head()
    {
        using var ledger = Armed();
        var first = ledger.Append(Ask(false, 1, body: "ask"));
        ledger.Append(Ask(false, 2));
        var again = ledger.Append(Ask(false, 1, body: "ask"));
        Assert.Equal(first.Index, again.Index);
        Assert.Equal(first.Written.Digest, again.Written.Digest);
        Assert.True(Checkpoint.TryOpen(again.Head, _place.HeadKey, out var head, out _));
        Assert.True(InclusionProof.Verifies(again.Index.Value, head.Size, TreeHash.Leaf(again.Leaf.Span), again.Path.AsSpan(), head.Root));
        Assert.Equal(DenyReason.Malformed, ledger.Refused(Ask(false, 1, body: "another")));
    }

    [Fact]
    public void An_allow_that_is_settled_is_not_given_again()
    {
        using var ledger = Armed();
        var decision = ledger.Append(Ask(true, 1, jti: 1, body: "ask"));
        Assert.Equal(decision.Index, ledger.Append(Ask(true, 1, jti: 1, body: "ask")).Index);
        ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null));
        Assert.Equal(DenyReason.Late, ledger.Refused(Ask(true, 1, jti: 1, body: "ask")));
    }

    [Fact]
    public async Task A_response_is_kept_before_the_outcome_that_names_it()
    {
        using var ledger = Armed();
        var decision = ledger.Append(Ask(true, 1, jti: 1));
        var kept = Place.Blob(9);
        SealedReference[] names = [new("response", new string('0', 32), kept.Cipher, Said.Sha("plain"), kept.Bytes.Length)];
        Assert.Equal(DenyReason.Malformed, ledger.Refused(Said.Ended(_report, decision, 1, 2, 1, null, kept: [.. names])));
        Assert.True(await ledger.KeepAsync(kept, default));
        ledger.Append(Said.Ended(_report, decision, 1, 2, 1, null, kept: [.. names]));
        using var reader = ledger.Read();
        Assert.Equal(kept.Bytes.ToArray(), reader.Blob(kept.Cipher));
    }

    [Fact]
    public async Task A_blob_of_other_bytes_is_refused()
    {
        using var ledger = Armed();
        var blob = Place.Blob(1);
        Assert.False(await ledger.KeepAsync(new(Said.Sha("x"), blob.Bytes), default));
        Assert.False(await ledger.KeepAsync(new(Digest.Of([1, 2, 3]), new byte[] { 1, 2, 3 }), default));
        Assert.Equal(DenyReason.Fault, ledger.Refused(Said.Decided(false, 1, 1, blob: new(blob.Cipher, Place.Blob(2).Bytes))));
        Assert.Equal(DenyReason.Fault, ledger.Refused(Said.Decided(false, 1, 1)));
    }

    [Fact]
    public void A_state_entry_stands_each_so_many_entries()
    {
        using var place = new Place { StateEvery = 16 };
        using (var ledger = Armed(place))
        {
            for (var i = 1; i <= 64; i++)
            {
                ledger.Append(Ask(true, i, jti: i));
            }

            Assert.InRange(Types(ledger).Count(t => t == "state"), 3, 5);
        }

        place.Open().Dispose();
    }

    [Fact]
    public void A_draft_that_throws_refuses_itself_and_nobody_else()
    {
        using var ledger = Armed();
        Assert.Equal(DenyReason.Fault, ledger.Refused(Draft.OfPlane(_ => throw new InvalidOperationException())));
        Assert.Null(ledger.Failure);
        ledger.Append(Ask(false, 1));
    }

    [Fact]
    public async Task What_is_not_durable_in_time_is_late_and_never_released()
    {
        using var ledger = Armed();
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        using var gone = new CancellationTokenSource();
        var ask = Ask(true, 1, jti: 1, body: "ask");
        var slow = ledger.AppendAsync(Draft.OfPlane(place => { entered.SetResult(); gate.Wait(); return ask.Compose!(place); }, ask.Boot, ask.Message, ask.Blobs, default, ask.Patience), gone.Token);
        await entered.Task;
        await gone.CancelAsync();
        Assert.Equal(DenyReason.Late, (await slow).Reason());
        Assert.Equal(DenyReason.Late, ledger.Refused(Ask(true, 2, jti: 2, patience: TimeSpan.FromMilliseconds(50))));
        gate.Set();
        ledger.Append(Ask(false, 3));
        Assert.True(ledger.State.Open.ContainsKey(Said.Id(1))); // it became durable afterwards
        Assert.False(ledger.State.Open.ContainsKey(Said.Id(2))); // it had not been sequenced, so nothing is recorded
        Assert.Equal(DenyReason.Late, ledger.Refused(Ask(true, 1, jti: 1, body: "ask")));
        var due = Assert.Single(ledger.Sweep(_place.Clock.GetUtcNow()));
        Assert.Equal("not-released", due.Why);
        ledger.Append(Orphans.Close(due));
        Assert.Empty(ledger.Sweep(_place.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_late()
    {
        using var ledger = Armed();
        using var gate = new ManualResetEventSlim();
        using var gone = new CancellationTokenSource();
        var waiting = ledger.AppendAsync(Draft.OfPlane(_ => { gate.Wait(); return Composition.Refuse(DenyReason.Fault); }), gone.Token);
        await gone.CancelAsync();
        Assert.Equal(DenyReason.Late, (await waiting).Reason());
        gate.Set();
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        using var place = new Place { WaitingMax = 4 };
        using var ledger = Armed(place);
        using var gate = new ManualResetEventSlim();
        using var taken = new ManualResetEventSlim();
        var blocked = ledger.AppendAsync(Draft.OfPlane(_ => { taken.Set(); gate.Wait(); return Composition.Refuse(DenyReason.Fault); }), default);
        taken.Wait();
        var waiting = Enumerable.Range(1, 4).Select(i => ledger.AppendAsync(Ask(false, i), default)).ToArray();
        Assert.Equal(DenyReason.LedgerUnavailable, (await ledger.AppendAsync(Ask(false, 5), default)).Reason());
        gate.Set();
        Assert.Equal(DenyReason.Fault, (await blocked).Reason());
        Assert.All(await Task.WhenAll(waiting), r => r.Entry());
    }
}
