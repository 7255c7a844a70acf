using Obstat.Proof.Dsse;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Tests.Bundles;
using Obstat.Proof.Verification;

namespace Obstat.Proof.Tests.Verification;

public sealed class LogAuditTests
{
    [Fact]
    public void A_whole_log_is_audited_to_its_head()
    {
        using var log = Made();
        Assert.True(Checkpoint.TryOpen(log.Head, log.Key, out var head, out _));
        var report = Audit(log.Key, log.Entries, head);
        Assert.Empty(report.Findings);
        Assert.Equal(["A08"], report.Checks.Where(c => c.Status != CheckStatus.Verified).Select(c => c.Id)); // nobody folds here
        Assert.Equal((1, 0, 0), report.Ends);
        var point = Assert.Single(report.Points);
        Assert.Equal(("gw-1", log.Boot, 4L, 4L, false), (point.Id, point.Boot, point.CompleteTo, point.Last, point.IsOver));
        Assert.Contains(Audit(log.Key, log.Entries, head with { Size = head.Size + 1 }).Findings, f => f.Fault == AuditFault.RolledBack);
        Assert.Contains(Audit(log.Key, log.Entries, head with { Root = TreeHash.Empty }).Findings, f => f.Fault == AuditFault.Changed);
        Assert.Contains(Audit(log.Key, log.Entries, head with { Origin = "other.example" }).Findings, f => f.Fault == AuditFault.Unreadable);
        Assert.Contains(Audit(log.Key, log.Entries, head, head with { Root = TreeHash.Empty }).Findings, f => f.Fault == AuditFault.Forked);
    }

    [Fact]
    public void Without_statement_signatures_an_audit_is_incomplete_at_best()
    {
        using var log = Made();
        Assert.True(Checkpoint.TryOpen(log.Head, log.Key, out var head, out _));
        var audit = new LogAudit(log.Key, withSignatures: false, _ => null);
        audit.Take(Rows(log.Entries));
        var report = audit.Finish(head, (CheckStatus.Verified, ""), []);
        Assert.Equal((VerifyResult.Incomplete, "A04"), (report.Result, report.Checks.Single(c => c.Status != CheckStatus.Verified).Id));
    }

    [Fact]
    public void What_does_not_follow_from_the_state_is_named_once()
    {
        using var log = Made();
        var audit = new LogAudit(log.Key, fold: entry => entry.Index >= 5 ? "expected another state" : null);
        audit.Take(Rows(log.Entries));
        Assert.Equal((AuditFault.State, 5L), Assert.Single(audit.Finish(null, default, []).Findings) is var found ? (found.Fault, found.Index!.Value) : default);
    }

    [Fact]
    public void Numbers_that_came_twice_or_never_are_told_of_each_boot()
    {
        using var log = new MadeLog();
        var first = log.Decision(allowed: false);
        log.Append(first);
        _ = log.Decision(allowed: false); // number 2 never arrives
        log.Append(log.Decision(allowed: false));
        log.Append(first with { Nonce = log.KeySet().Nonce });
        var report = Audit(log.Key, log.Entries);
        var point = Assert.Single(report.Points);
        Assert.Equal((1L, 3L), (point.CompleteTo, point.Last));
        Assert.Equal([new SeqRange(2, 2)], point.Missing);
        Assert.Equal([new SeqRange(1, 1)], point.Duplicate);
        Assert.Contains(report.Findings, f => f.Fault == AuditFault.Duplicated && f.Index == 6);
        Assert.Contains("missing [2], duplicate [1]", point.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_that_stopped_in_order_is_complete_and_closed()
    {
        using var log = Made();
        log.Append(log.Coverage(final: false));
        log.Append(log.Decision(allowed: false));
        log.Append(log.Coverage());
        var report = Audit(log.Key, log.Entries);
        Assert.Empty(report.Findings);
        var point = Assert.Single(report.Points);
        Assert.Equal((7L, true, true, (4L, 2L, 1L), 1), (point.CompleteTo, point.IsOver, point.IsClosed, point.Coverage!.Recorded, point.Coverage.Claimed.Open.Length));
        Assert.EndsWith("complete to 7, counted to 6 in entry 10: 4 of 4 asks, 2 of 2 reports, 1 of 1 effects, 1 open, closed", point.ToString(), StringComparison.Ordinal);
        Assert.Equal("{\"asks\":{\"claimed\":4,\"recorded\":4}", point.ToJson()["coverage"]!.ToString()[..34]);
    }

    [Fact]
    public void A_boot_that_is_over_and_said_nothing_last_is_not_closed()
    {
        using var log = Made();
        log.Append(log.Coverage(final: false));
        Assert.EndsWith(", not covered yet > 4", Assert.Single(Audit(log.Key, log.Entries).Points).ToString(), StringComparison.Ordinal);
        using var next = StatementSigner.Generate();
        log.Append(log.Point() with { Ep = new("gw-1", log.KeySet().Nonce), Kid = next.PublicKey.Kid, PublicKey = next.PublicKey.ToBase64(), Previous = new(log.Boot, 5) });
        var report = Audit(log.Key, log.Entries);
        Assert.Empty(report.Findings);
        Assert.EndsWith(", not closed", report.Points[0].ToString(), StringComparison.Ordinal);
        Assert.EndsWith("complete to 0, not covered yet > 0", report.Points[1].ToString(), StringComparison.Ordinal);
        Assert.Contains("1 over and not closed", report.Checks.Single(c => c.Id == AuditChecks.Numbers).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_a_point_counts_and_the_log_has_not_are_missing_and_contradict_nothing()
    {
        using var log = new MadeLog();
        log.Append(log.Decision(allowed: false));
        _ = log.Decision(allowed: false); // number 2 never arrives
        log.Append(log.Coverage());
        var report = Audit(log.Key, log.Entries);
        Assert.Equal(AuditFault.Missing, Assert.Single(report.Findings).Fault);
        Assert.Contains("missing [2], counted to 2 in entry 5: 1 of 2 asks", Assert.Single(report.Points).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_entry_tells_the_numbers_that_it_names()
    {
        using var log = new MadeLog();
        log.Append(log.Decision(allowed: false));
        _ = log.Decision(allowed: false);
        log.Append(log.Decision(allowed: false));
        log.Append(new GapStatement
        {
            Nonce = log.KeySet().Nonce, Origin = log.Key.Name, Time = log.Now(), Clock = MadeLog.Clock, Plane = MadeLog.Plane, Kind = "coverage", From = log.Now(), To = log.Now(), Ep = new("gw-1", log.Boot),
            Ranges = [new(2, 2)], Counts = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty, Halts = [], Why = "the boot ended",
        });
        var point = Assert.Single(Audit(log.Key, log.Entries).Points);
        Assert.Empty(point.Missing);
        Assert.Equal([new SeqRange(2, 2)], point.Told);
    }

    [Fact]
    public void Every_changed_bit_of_any_statement_or_leaf_of_a_log_is_noticed_and_its_entry_named()
    {
        using var log = Made();
        for (var at = 0; at < log.Size; at++)
        {
            foreach (var ofLeaf in new[] { false, true })
            {
                var length = 8 * (ofLeaf ? log.Entries[at].Leaf.Length : log.Entries[at].Statement.Length);
                for (var bit = at; bit < length; bit += 211)
                {
                    var entries = log.Entries.ToArray();
                    var bad = (byte[])(ofLeaf ? entries[at].Leaf : entries[at].Statement).Clone();
                    bad[bit / 8] ^= (byte)(1 << (bit % 8));
                    entries[at] = ofLeaf ? (entries[at].Statement, bad) : (bad, entries[at].Leaf);
                    var error = Run(log.Key, entries[..(at + 1)]);
                    Assert.NotNull(error);
                    Assert.Contains($"entry {at}:", error, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Entries_left_out_swapped_or_repeated_are_noticed()
    {
        using var log = Made();
        var entries = log.Entries.ToArray();
        Assert.True(Checkpoint.TryOpen(log.Head, log.Key, out var head, out _));
        for (var at = 0; at < log.Size; at++)
        {
            Assert.True(Differs([.. entries[..at], .. entries[(at + 1)..]]), $"left out {at}");
            Assert.True(Differs([.. entries[..(at + 1)], entries[at], .. entries[(at + 1)..]]), $"repeated {at}");
        }

        (entries[4], entries[5]) = (entries[5], entries[4]);
        Assert.True(Differs(entries));

        bool Differs((byte[], byte[])[] other)
        {
            return !Audit(log.Key, other, head).Findings.IsEmpty;
        }
    }

    [Fact]
    public void A_statement_signed_in_a_wrong_role_or_by_an_unknown_key_is_refused()
    {
        foreach (var signer in new Func<MadeLog, StatementSigner>[] { l => l.Report, l => l.Root, _ => StatementSigner.Generate() })
        {
            using var log = new MadeLog();
            log.Append(log.Decision(allowed: true), signer(log));
            Assert.NotNull(Run(log.Key, log.Entries));
        }

        using var outcome = new MadeLog();
        var index = outcome.Append(outcome.Decision(allowed: true));
        outcome.Append(outcome.Outcome(index), outcome.Statement);
        Assert.Contains("expected report", Run(outcome.Key, outcome.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_set_that_the_root_did_not_sign_is_refused()
    {
        using var log = new MadeLog();
        using var forged = StatementSigner.Generate();
        var set = log.KeySet() with { Keys = [StatementKey.Of(forged.PublicKey, KeyRoles.Statement)] };
        log.Append(set, forged);
        Assert.Contains("root key did not sign", Run(log.Key, log.Entries), StringComparison.Ordinal);
        using var other = new MadeLog();
        using var root = StatementSigner.Generate();
        other.Append((set with { Origin = other.Key.Name, Root = root.PublicKey.Kid }).Prove(root), forged);
        Assert.NotNull(Run(other.Key, other.Entries));
    }

    [Fact]
    public void A_key_that_ended_signs_no_more()
    {
        using var log = new MadeLog();
        log.Append(new KeyRotationStatement
        {
            Nonce = log.KeySet().Nonce, Origin = log.Key.Name, Time = log.Now(), Clock = MadeLog.Clock, Plane = MadeLog.Plane, Role = KeyRoles.Statement,
            Old = new(log.First.PublicKey.Kid, null, null), New = null, OverlapUntil = null, Proof = null, SuspectedFrom = null,
        });
        Assert.Null(Run(log.Key, log.Entries));
        log.Append(log.Decision(allowed: false), log.First);
        Assert.Contains("ended with entry", Run(log.Key, log.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_link_number_decision_or_time_is_refused()
    {
        foreach (var lie in new Func<MadeLog, Statement>[]
        {
            l => l.Decision(true) with { Ep = new("gw-1", l.Boot, 1, null) },
            l => l.Decision(true) with { Ep = new("gw-1", l.Boot, 9, null) },
            l => l.Outcome(4) with { Decision = new(5, Digest.Of(l.Entries[4].Statement)) },
            l => l.Outcome(4) with { Decision = new(4, Digest.Of("x"u8)) },
            l => l.Outcome(4) with { Jti = l.Decision(true).Permit!.Jti },
            l => l.Outcome(4) with { Ep = new("gw-2", l.Boot, 9, null) },
            l => l.Decision(true) with { Origin = "other.example" },
            l => l.Decision(true) with { Time = Timestamp.FromUnixSeconds(1) },
            l => l.Genesis(),
        })
        {
            using var log = new MadeLog();
            log.Append(log.Decision(allowed: true));
            log.Append(lie(log));
            Assert.NotNull(Run(log.Key, log.Entries));
        }
    }

    [Fact]
    public void A_log_of_another_head_key_is_refused_at_its_genesis()
    {
        using var log = new MadeLog();
        Assert.Contains("entry 0", Run(NoteSigner.Generate(log.Key.Name).VerifierKey, log.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shared_log_is_audited()
    {
        var entries = Enumerable.Range(0, OwnLog.Size).Select(i => (OwnLog.Statement(i), OwnLog.LeafBytes(i))).ToArray();
        Assert.True(Checkpoint.TryParse(OwnLog.Proof(0).Note.TextAsString(), out var head));
        Assert.Empty(Audit(OwnLog.Key, entries, head).Findings);
    }

    private static MadeLog Made()
    {
        var log = new MadeLog();
        var index = log.Append(log.Decision(allowed: true));
        log.Append(log.Decision(allowed: false));
        log.Append(log.Outcome(index));
        log.Append(log.Decision(allowed: true));
        return log;
    }

    private static string? Run(VerifierKey key, IEnumerable<(byte[] Statement, byte[] Leaf)> entries) => Audit(key, entries).Findings.FirstOrDefault()?.Detail;

    private static AuditReport Audit(VerifierKey key, IEnumerable<(byte[] Statement, byte[] Leaf)> entries, params Checkpoint[] heads)
    {
        var audit = new LogAudit(key);
        foreach (var head in heads)
        {
            audit.Expect("head", head);
        }

        audit.Take(Rows(entries));
        return audit.Finish(heads.FirstOrDefault(), (CheckStatus.Verified, ""), []);
    }

    private static (ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?)[] Rows(IEnumerable<(byte[] Statement, byte[] Leaf)> entries)
        => [.. entries.Select(e => ((ReadOnlyMemory<byte>)e.Leaf, (ReadOnlyMemory<byte>?)e.Statement))];
}
