using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Verification;

/// <summary>Every change of an exported ledger that stands in the table of mutations, and what the audit calls it.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Older = 270;
    private const string Bundle = "tile/entries/000", Statements = "statement/000", Hashes = "tile/0/000", Above = "tile/1/000.p/1", Started = "tile/0/001.p/38", Narrower = "tile/0/001.p/14";

    private readonly MadeLog _log = new("exported");
    private readonly Dictionary<string, byte[]> _entries;
    private readonly Dictionary<string, byte[]> _files;

    public MutationTests()
    {
        for (var i = 0; i < 290; i++)
        {
            _log.Append(_log.Decision(allowed: false));
        }

        _entries = ExportedLogAuditTests.Export(_log.Entries, _log.Head);
        var older = ExportedLogAuditTests.Export(_log.Entries.Take(Older), Head(Older));
        older[$"checkpoint.{Older}"] = older["checkpoint"];
        _files = older.Concat(_entries).GroupBy(f => f.Key, StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.Last().Value, StringComparer.Ordinal);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Every_change_of_an_exported_ledger_is_found_by_the_audit_under_the_name_in_the_table()
    {
        Assert.Equal(VerifyResult.Verified, Audit(_files).Result);
        Mutations.Check(Finder.Audit, Files().Concat(Entries()).Concat(Copies()).Concat(Lies()));
    }

    private IEnumerable<(string, string, Func<string>)> Files()
    {
        foreach (var (of, path) in new[] { ("bundle of entries", Bundle), ("bundle of statements", Statements), ("tile of hashes", Hashes), ("tile above", Above), ("started tile", Started), ("narrower tile of an earlier export", Narrower) })
        {
            yield return (of, "a bit flipped", () => Changed(path, bytes => Flipped(bytes, (8 * Math.Min(100, bytes.Length / 3)) + 1)));
            yield return (of, "cut", () => Changed(path, bytes => bytes[..^1]));
            yield return (of, "a byte more", () => Changed(path, bytes => [.. bytes, 0]));
            if (path != Narrower)
            {
                yield return (of, "removed", () => Changed(path, _ => null));
            }
        }

        yield return ("bundle of entries", "a bit of a length flipped", () => Changed(Bundle, bytes => Flipped(bytes, 15)));
        yield return ("bundle of statements", "a bit of a length flipped", () => Changed(Statements, bytes => Flipped(bytes, 31)));
        yield return ("bundle of statements", "two statements swapped", () => Changed(Statements, bytes =>
        {
            Assert.True(StatementBundle.TryParse(bytes, 256, out var all));
            var swapped = all.ToArray();
            (swapped[40], swapped[41]) = (swapped[41], swapped[40]);
            var bundle = new System.Buffers.ArrayBufferWriter<byte>();
            foreach (var statement in swapped)
            {
                StatementBundle.Write(bundle, statement.Span);
            }

            return bundle.WrittenSpan.ToArray();
        }));
        yield return ("checkpoint", "a bit of its text flipped", () => Changed("checkpoint", bytes => Flipped(bytes, 3)));
        yield return ("checkpoint", "a character of its signature changed", () => Changed("checkpoint", bytes => [.. bytes[..^20], bytes[^20] == 'A' ? (byte)'B' : (byte)'A', .. bytes[^19..]]));
        yield return ("checkpoint", "removed", () => Changed("checkpoint", _ => null));
        yield return ("checkpoint", "of another key", () => Changed("checkpoint", _ => Signed(NoteSigner.Generate(_log.Key.Name), _log.Key.Name, 294, Digest.Of("r"u8))));
        yield return ("checkpoint", "of another log", () => Changed("checkpoint", _ => Signed(NoteSigner.Generate("another.example"), "another.example", 294, Digest.Of("r"u8))));
        yield return ("older checkpoint", "a bit flipped", () => Changed($"checkpoint.{Older}", bytes => Flipped(bytes, 3)));
        yield return ("older checkpoint", "under another size", () => Found(Moved($"checkpoint.{Older}", "checkpoint.200")));
        yield return ("older checkpoint", "of another history", () => Changed($"checkpoint.{Older}", _ => Signed(_log.Signer, _log.Key.Name, Older, Digest.Of("another"u8))));
        yield return ("exported folder", "a file more", () => Found(With("tile/9/000", [1])));
    }

    /// <summary>The files of the entries are made anew, those of the tree and the head stay: whoever changes them too has no signature.</summary>
    private IEnumerable<(string, string, Func<string>)> Entries()
    {
        yield return ("entry", "removed", () => Changed(all => all.RemoveAt(40)));
        yield return ("entry", "some removed", () => Changed(all => all.RemoveRange(40, 7)));
        yield return ("entry", "removed from the end", () => Changed(all => all.RemoveAt(293)));
        yield return ("entry", "duplicated", () => Changed(all =>
        {
            all.Insert(41, all[40]);
            all.RemoveAt(294);
        }));
        yield return ("entry", "swapped with the next", () => Changed(all => (all[40], all[41]) = (all[41], all[40])));
        yield return ("entry", "moved far", () => Changed(all =>
        {
            all.Insert(9, all[200]);
            all.RemoveAt(201);
        }));
        yield return ("entry", "replaced by a genuine one of another log of the same keys", () => Changed(all =>
        {
            using var other = new MadeLog("exported");
            other.Append(other.Decision(allowed: false));
            all[40] = other.Entries[4];
        }));
        yield return ("entry", "with the statement of another entry", () => Changed(all => all[40] = (all[41].Statement, all[40].Leaf)));
        yield return ("entry", "re-linked: its prev names another entry", () => Changed(all =>
        {
            var text = System.Text.Encoding.UTF8.GetString(all[40].Statement).Replace(Digest.Of(all[39].Statement).ToHex(), Digest.Of(all[38].Statement).ToHex(), StringComparison.Ordinal);
            all[40] = (System.Text.Encoding.UTF8.GetBytes(text), all[40].Leaf);
        }));
        yield return ("entries, tree and all", "made anew without the head key", () =>
        {
            var all = _log.Entries.ToList();
            all.RemoveAt(40);
            return Found(ExportedLogAuditTests.Export(all, _log.Head));
        });
    }

    private IEnumerable<(string, string, Func<string>)> Copies()
    {
        var older = ExportedLogAuditTests.Export(_log.Entries.Take(200), Head(200));
        yield return ("whole folder", "an older copy, to somebody who kept a later checkpoint", () => Found(older, _log.Head));
        yield return ("whole folder", "another history of the same size, to somebody who kept a checkpoint", () => Found(_files, Note(Signed(_log.Signer, _log.Key.Name, 294, Digest.Of("another"u8)))));
        yield return ("whole folder", "another history that went on, to somebody who kept an earlier checkpoint", () => Found(_files, Note(Signed(_log.Signer, _log.Key.Name, 200, Digest.Of("another"u8)))));
        yield return ("kept checkpoint", "of another key", () => Found(_files, Note(Signed(NoteSigner.Generate(_log.Key.Name), _log.Key.Name, 200, Digest.Of("another"u8)))));
    }

    /// <summary>By somebody who holds keys of the plane or of a point: tree and head are made anew and genuine.</summary>
    private static IEnumerable<(string, string, Func<string>)> Lies()
    {
        yield return Lie("a decision re-linked to an earlier one", log =>
        {
            var third = Thrice(log);
            log.Append(third with { Ep = third.Ep with { Prev = Digest.Of(log.Entries[4].Statement) } });
        });
        yield return Lie("a decision re-linked to the beginning", log =>
        {
            var third = Thrice(log);
            log.Append(third with { Ep = third.Ep with { Prev = null } });
        });
        yield return Lie("a report re-linked to a decision", log =>
        {
            var outcome = log.Outcome(log.Append(log.Decision(allowed: true)));
            log.Append(outcome with { Ep = outcome.Ep with { Prev = Digest.Of(log.Entries[4].Statement) } });
        });
        yield return Lie("a decision left out", log =>
        {
            log.Append(log.Decision(allowed: false));
            _ = log.Decision(allowed: false);
            log.Append(log.Decision(allowed: false));
        });
        yield return Lie("a decision twice", log =>
        {
            var first = log.Decision(allowed: false);
            log.Append(first);
            log.Append(first with { Nonce = log.KeySet().Nonce, Ep = first.Ep with { Prev = Digest.Of(log.Entries[4].Statement) } });
        });
        yield return Lie("one permit decided twice", log =>
        {
            var first = log.Decision(allowed: true);
            log.Append(first);
            var second = log.Decision(allowed: true);
            log.Append(second with { Permit = second.Permit! with { Jti = first.Permit!.Jti } });
        });
        yield return Lie("an outcome twice", log =>
        {
            var index = log.Append(log.Decision(allowed: true));
            log.Append(log.Outcome(index));
            log.Append(log.Outcome(index));
        });
        yield return Lie("an outcome of a decision that is not there", log =>
        {
            var outcome = log.Outcome(log.Append(log.Decision(allowed: true)));
            log.Append(outcome with { Decision = outcome.Decision with { Index = 3 } });
        });
        yield return Lie("an outcome of a decision of other content", log =>
        {
            var outcome = log.Outcome(log.Append(log.Decision(allowed: true)));
            log.Append(outcome with { Decision = outcome.Decision with { Statement = Digest.Of("x"u8) } });
        });
        yield return Lie("coverage that counts an ask less", log => Count(log, c => c with { ThroughSeq = 1, Asks = 0 }));
        yield return Lie("coverage that counts a report less", log => Count(log, c => c with { Asks = 2, Reports = 0 }));
        yield return Lie("coverage that counts a report more", log => Count(log, c => c with { Reports = 2 }));
        yield return Lie("coverage that counts an effect less", log => Count(log, c => c with { Effects = 0 }));
        yield return Lie("coverage that counts an effect more", log => Count(log, c => c with { Effects = 2 }));
        yield return Lie("coverage that names an ended execution as open", log => Count(log, c => c with { Open = [Id(log)] }));
        yield return Lie("a decision after the last coverage", log =>
        {
            log.Append(log.Coverage());
            log.Append(log.Decision(allowed: false));
        });
        yield return Lie("coverage re-linked to a decision", log =>
        {
            log.Append(log.Decision(allowed: false));
            log.Append(log.Coverage() with { Ep = log.Coverage().Ep with { Seq = 2, Prev = Digest.Of(log.Entries[4].Statement) }, ThroughSeq = 1 });
        });
        yield return Lie("coverage signed by the plane", log => log.Append(log.Coverage(), log.Statement));
        yield return Lie("a time before the one before", log => log.Append(log.Decision(allowed: false) with { Time = Timestamp.FromUnixSeconds(1) }));
        yield return Lie("a statement made for another log", log => log.Append(log.Decision(allowed: false) with { Origin = "other.example" }));
        yield return Lie("a second genesis", log => log.Append(log.Genesis(), log.First));
        yield return Lie("a decision of a boot that never registered", log =>
        {
            var decision = log.Decision(allowed: false);
            log.Append(decision with { Ep = decision.Ep with { Boot = log.KeySet().Nonce } });
        });
        yield return Lie("a key set that the root did not sign", log =>
        {
            using var root = StatementSigner.Generate();
            log.Append(log.KeySet().Prove(root));
        });
        yield return Lie("a decision signed by a key that nobody announced", log => log.Append(log.Decision(allowed: false), StatementSigner.Generate()));
        yield return Lie("a decision signed by a point", log => log.Append(log.Decision(allowed: false), log.Report));
        yield return Lie("an outcome signed by the plane", log => log.Append(log.Outcome(log.Append(log.Decision(allowed: true))), log.Statement));
        yield return Lie("a leaf with the signature of another statement", log =>
        {
            var bytes = log.Decision(allowed: false).ToBytes();
            log.AppendLeaf(bytes, Leaf.Write(Pae.Digest(bytes), log.Statement.Sign("something else"u8), log.Statement.PublicKey));
        });
        yield return Lie("a leaf of another spelling", log =>
        {
            var bytes = log.Decision(allowed: false).ToBytes();
            log.AppendLeaf(bytes, [.. Leaf.Write(Pae.Digest(bytes), log.Statement.Sign(bytes), log.Statement.PublicKey), (byte)' ']);
        });
        yield return Lie("a statement of another spelling", log =>
        {
            byte[] bytes = [.. log.Decision(allowed: false).ToBytes(), (byte)' '];
            log.AppendLeaf(bytes, Leaf.Write(Pae.Digest(bytes), log.Statement.Sign(bytes), log.Statement.PublicKey));
        });

        static void Count(MadeLog log, Func<CoverageStatement, CoverageStatement> lie)
        {
            log.Append(log.Outcome(log.Append(log.Decision(allowed: true))));
            log.Append(lie(log.Coverage()));
        }

        static string Id(MadeLog log) => Statement.TryParse(log.Entries[5].Statement, out var outcome, out _) ? ((OutcomeStatement)outcome).Jti : "";

        static DecisionStatement Thrice(MadeLog log)
        {
            log.Append(log.Decision(allowed: false));
            log.Append(log.Decision(allowed: false));
            return log.Decision(allowed: false);
        }
    }

    private static (string, string, Func<string>) Lie(string done, Action<MadeLog> tell) => ("signed history", done, () =>
    {
        using var log = new MadeLog("lie");
        tell(log);
        return Word(ExportedLogAudit.Run(new ExportedLogAuditTests.Files(ExportedLogAuditTests.Export(log.Entries, log.Head)), Trust.InLog(log.Key), [], true, _ => null, (_, _) => { }, CancellationToken.None));
    });

    private string Changed(string path, Func<byte[], byte[]?> change) => Found(With(path, change(_files[path])));

    private string Changed(Action<List<(byte[] Statement, byte[] Leaf)>> change)
    {
        var all = _log.Entries.ToList();
        change(all);
        var files = ExportedLogAuditTests.Export(all, _log.Head);
        foreach (var (path, bytes) in _entries.Where(f => f.Key.StartsWith("tile/0/", StringComparison.Ordinal) || f.Key.StartsWith("tile/1/", StringComparison.Ordinal)))
        {
            files[path] = bytes;
        }

        return Found(files);
    }

    private string Found(Dictionary<string, byte[]> files, params SignedNote[] seen) => Word(Audit(files, seen));

    private AuditReport Audit(Dictionary<string, byte[]> files, params SignedNote[] seen)
        => ExportedLogAudit.Run(new ExportedLogAuditTests.Files(files), Trust.InLog(_log.Key), seen.Select(s => ("kept", s.Bytes)), true, _ => null, (_, _) => { }, CancellationToken.None);

    private static string Word(AuditReport report) => report.Result == VerifyResult.Verified ? "nobody finds it" : $"{report.Findings[0].Check} {report.Findings[0].Word}: {report.Findings[0].Detail}";

    private Dictionary<string, byte[]> With(string path, byte[]? bytes)
    {
        var files = _files.ToDictionary();
        _ = files.Remove(path);
        if (bytes is not null)
        {
            files[path] = bytes;
        }

        return files;
    }

    private Dictionary<string, byte[]> Moved(string from, string to)
    {
        var files = With(to, _files[from]);
        _ = files.Remove(from);
        return files;
    }

    private SignedNote Head(int size) => Note(Signed(_log.Signer, _log.Key.Name, size, MerkleEdge.Empty.Append([.. _log.Entries.Take(size).Select(e => TreeHash.Leaf(e.Leaf))]).Root));

    private static byte[] Signed(NoteSigner signer, string origin, long size, Digest root)
    {
        var text = new Checkpoint(origin, size, root).ToText();
        return SignedNote.Of(text, signer.Sign(System.Text.Encoding.UTF8.GetBytes(text))).Bytes.ToArray();
    }

    private static SignedNote Note(byte[] bytes) => SignedNote.TryParse(bytes, out var note, out var error) ? note : throw new InvalidOperationException(error);

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var changed = (byte[])bytes.Clone();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
