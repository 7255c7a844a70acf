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
        var audit = new LogAudit(log.Key);
        Assert.Null(Run(audit, log.Entries));
        Assert.True(Checkpoint.TryOpen(log.Head, log.Key, out var head, out _));
        Assert.Null(audit.Judge(head));
        Assert.NotNull(audit.Judge(head with { Size = head.Size + 1 }));
        Assert.NotNull(audit.Judge(head with { Root = TreeHash.Empty }));
        Assert.NotNull(audit.Judge(head with { Origin = "other.example" }));
        Assert.Null(audit.Finish(out var boots));
        var (id, boot, last, missing) = Assert.Single(boots);
        Assert.Equal(("gw-1", log.Boot, 4L), (id, boot, last));
        Assert.Empty(missing);
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
                    var error = Run(new LogAudit(log.Key), entries[..(at + 1)]);
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
            var audit = new LogAudit(log.Key);
            return Run(audit, other) is not null || audit.Judge(head) is not null;
        }
    }

    [Fact]
    public void A_statement_signed_in_a_wrong_role_or_by_an_unknown_key_is_refused()
    {
        foreach (var signer in new Func<MadeLog, StatementSigner>[] { l => l.Report, l => l.Root, _ => StatementSigner.Generate() })
        {
            using var log = new MadeLog();
            log.Append(log.Decision(allowed: true), signer(log));
            Assert.NotNull(Run(new LogAudit(log.Key), log.Entries));
        }

        using var outcome = new MadeLog();
        var index = outcome.Append(outcome.Decision(allowed: true));
        outcome.Append(outcome.Outcome(index), outcome.Statement);
        Assert.Contains("expected report", Run(new LogAudit(outcome.Key), outcome.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_set_that_the_root_did_not_sign_is_refused()
    {
        using var log = new MadeLog();
        using var forged = StatementSigner.Generate();
        var set = log.KeySet() with { Keys = [StatementKey.Of(forged.PublicKey, KeyRoles.Statement)] };
        log.Append(set, forged);
        Assert.Contains("root key did not sign", Run(new LogAudit(log.Key), log.Entries), StringComparison.Ordinal);
        using var other = new MadeLog();
        using var root = StatementSigner.Generate();
        other.Append((set with { Origin = other.Key.Name, Root = root.PublicKey.Kid }).Prove(root), forged);
        Assert.NotNull(Run(new LogAudit(other.Key), other.Entries));
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
        Assert.Null(Run(new LogAudit(log.Key), log.Entries));
        log.Append(log.Decision(allowed: false), log.First);
        Assert.Contains("ended with entry", Run(new LogAudit(log.Key), log.Entries), StringComparison.Ordinal);
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
            Assert.NotNull(Run(new LogAudit(log.Key), log.Entries));
        }
    }

    [Fact]
    public void A_log_of_another_head_key_is_refused_at_its_genesis()
    {
        using var log = new MadeLog();
        Assert.Contains("entry 0", Run(new LogAudit(NoteSigner.Generate(log.Key.Name).VerifierKey), log.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shared_log_is_audited()
    {
        var audit = new LogAudit(OwnLog.Key);
        var entries = Enumerable.Range(0, OwnLog.Size).Select(i => (OwnLog.Statement(i), OwnLog.LeafBytes(i))).ToArray();
        var error = Run(audit, entries);
        Assert.True(error is null, error);
        Assert.True(Checkpoint.TryParse(OwnLog.Proof(0).Note.TextAsString(), out var head));
        Assert.Null(audit.Judge(head));
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

    private static string? Run(LogAudit audit, IEnumerable<(byte[] Statement, byte[] Leaf)> entries)
    {
        foreach (var (statement, leaf) in entries)
        {
            if (!audit.TryTake(leaf, statement, out _, out var error))
            {
                return error;
            }
        }

        return audit.Finish(out _);
    }
}
