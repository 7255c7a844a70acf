using System.Buffers;
using System.Text;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;

namespace Obstat.Proof.Tests.Verification;

public sealed class ExportedLogAuditTests : IDisposable
{
    private readonly MadeLog _log = new("exported");
    private readonly Dictionary<string, byte[]> _files;

    public ExportedLogAuditTests()
    {
        for (var i = 0; i < 290; i++)
        {
            _log.Append(_log.Decision(allowed: false));
        }

        _files = Export(_log.Entries, _log.Head);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void An_exported_log_is_audited_file_by_file()
    {
        var report = Audit(_files);
        Assert.True(report.Result == VerifyResult.Verified, report.ToJson().ToString());
        Assert.Equal(294, report.Size);
        var leaves = Audit(_files.Where(f => !f.Key.StartsWith("statement/", StringComparison.Ordinal)).ToDictionary());
        Assert.True(leaves.Result == VerifyResult.Incomplete, leaves.ToJson().ToString());
    }

    [Fact]
    public void A_folder_that_grew_has_the_beginnings_of_its_files_and_an_older_head()
    {
        var older = Export(_log.Entries.Take(270), Head(270));
        var files = older.ToDictionary();
        files["checkpoint.270"] = older["checkpoint"];
        foreach (var (path, bytes) in _files)
        {
            files[path] = bytes;
        }

        Assert.True(Audit(files).Result == VerifyResult.Verified, Audit(files).ToJson().ToString());
        files["tile/entries/001.p/14"] = [.. files["tile/entries/001.p/14"], 0];
        Found(files, AuditFault.Changed, "tile/entries/001.p/14");
    }

    [Fact]
    public void Each_bit_of_each_file_and_each_file_itself_counts()
    {
        var step = Environment.GetEnvironmentVariable("OBSTAT_EVERY_BIT") == "1" ? 1 : 40_009;
        foreach (var (path, bytes) in _files)
        {
            for (var bit = path == "checkpoint" ? 3 : bytes.Length % 97; bit < bytes.Length * 8; bit += path == "checkpoint" ? 61 : step)
            {
                var changed = (byte[])bytes.Clone();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.True(Audit(With(path, changed)).Result == VerifyResult.Failed, $"{path}, bit {bit}");
            }

            Assert.True(Audit(With(path, null)).Result == VerifyResult.Failed, $"without {path}");
            Assert.True(Audit(With(path, [.. bytes, 0])).Result == VerifyResult.Failed, $"{path} with a byte more");
        }

        Found(With("tile/9/000", [1]), AuditFault.Changed, "tile/9/000: a log of size 294 has no such file");
    }

    [Theory]
    [InlineData(AuditFault.Removed, "entry 40: removed")]
    [InlineData(AuditFault.Duplicated, "entry 41: entry 40 again")]
    [InlineData(AuditFault.Reordered, "entry 40: entry 41 stands here, entry 40 stands at 41")]
    [InlineData(AuditFault.Changed, "entry 40: not the one that the signed root covers")]
    public void What_was_done_to_the_entries_is_named_by_the_tiles_that_lead_to_the_signed_root(AuditFault fault, string detail)
    {
        var all = _log.Entries.ToList();
        switch (fault)
        {
            case AuditFault.Removed:
                all.RemoveAt(40);
                break;
            case AuditFault.Duplicated:
                all.Insert(41, all[40]);
                all.RemoveAt(294);
                break;
            case AuditFault.Reordered:
                (all[40], all[41]) = (all[41], all[40]);
                break;
            default:
                using (var other = new MadeLog("exported"))
                {
                    other.Append(other.Decision(allowed: false));
                    all[40] = other.Entries[4];
                }

                break;
        }

        // The files of the entries are made anew, those of the tree and the head stay: whoever changes them too has no signature.
        var files = Export(all, _log.Head);
        foreach (var (path, bytes) in _files.Where(f => f.Key.StartsWith("tile/0/", StringComparison.Ordinal) || f.Key.StartsWith("tile/1/", StringComparison.Ordinal)))
        {
            files[path] = bytes;
        }

        Found(files, fault, detail);
        Assert.Equal(VerifyResult.Failed, Audit(Export(all, _log.Head)).Result);
    }

    [Fact]
    public void A_chain_that_whoever_holds_every_key_joins_otherwise_is_named()
    {
        using var log = new MadeLog("relinked");
        var first = log.Decision(allowed: false);
        log.Append(first);
        log.Append(log.Decision(allowed: false));
        var third = log.Decision(allowed: false);
        log.Append(third with { Ep = third.Ep with { Prev = Digest.Of(log.Entries[4].Statement) } });
        var report = ExportedLogAudit.Run(new Files(Export(log.Entries, log.Head)), Trust.InLog(log.Key), [], true, _ => null, (_, _) => { }, CancellationToken.None);
        Assert.Contains(report.Findings, f => f.Fault == AuditFault.Relinked && f.Detail.Contains("entry 6: its chain joins a wrong entry", StringComparison.Ordinal));
    }

    [Fact]
    public void An_older_copy_and_another_history_are_named_by_whoever_kept_a_head()
    {
        var older = Export(_log.Entries.Take(200), Head(200));
        Assert.Equal(VerifyResult.Verified, Audit(older).Result);
        Assert.Contains(Audit(older, _log.Head).Findings, f => f.Fault == AuditFault.RolledBack && f.Detail.Contains("a signed head of size 294 is known, the log ends at 200", StringComparison.Ordinal));
        Assert.Equal(VerifyResult.Verified, Audit(_files, Head(200)).Result);
        var text = new Checkpoint(_log.Key.Name, 294, Digest.Of("another"u8)).ToText();
        Assert.Contains(Audit(_files, SignedNote.Of(text, _log.Signer.Sign(Encoding.UTF8.GetBytes(text)))).Findings, f => f.Fault == AuditFault.Forked);
        text = new Checkpoint(_log.Key.Name, 200, Digest.Of("another"u8)).ToText();
        Assert.Contains(Audit(_files, SignedNote.Of(text, _log.Signer.Sign(Encoding.UTF8.GetBytes(text)))).Findings, f => f.Fault == AuditFault.Changed);
    }

    [Fact]
    public void A_head_of_another_key_is_no_head_and_a_quorum_that_is_asked_for_must_be_reached()
    {
        var report = ExportedLogAudit.Run(new Files(_files), Trust.InLog(NoteSigner.Generate(_log.Key.Name).VerifierKey), [], true, null, (_, _) => { }, CancellationToken.None);
        Assert.Equal((VerifyResult.Failed, "A02"), (report.Result, report.Findings[0].Check));
        var witness = new Notes.TrustPolicyTests.Witness("witness.example/w", 9);
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes($"log {_log.Key}\nwitness w {witness.Key}\nquorum w\n"), out var policy, out _));
        report = ExportedLogAudit.Run(new Files(_files), Trust.InPolicy(policy), [], true, null, (_, _) => { }, CancellationToken.None);
        Assert.Contains("quorum", Assert.Single(report.Findings).Detail, StringComparison.Ordinal);
        Assert.Equal(VerifyResult.Verified, ExportedLogAudit.Run(
            new Files(With("checkpoint", _log.Head.With(witness.Cosign(_log.Head, 1_795_426_300)).Bytes.ToArray())), Trust.InPolicy(policy), [], true, _ => null, (_, _) => { }, CancellationToken.None).Result);
    }

    private void Found(Dictionary<string, byte[]> files, AuditFault fault, string detail)
    {
        var report = Audit(files);
        Assert.Equal(VerifyResult.Failed, report.Result);
        Assert.True(report.Findings[0].Fault == fault && report.Findings[0].Detail.Contains(detail, StringComparison.Ordinal), string.Join('\n', report.Findings));
    }

    private AuditReport Audit(Dictionary<string, byte[]> files, params SignedNote[] seen)
        => ExportedLogAudit.Run(new Files(files), Trust.InLog(_log.Key), seen.Select(s => ("kept", s.Bytes)), true, _ => null, (_, _) => { }, CancellationToken.None);

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

    private SignedNote Head(int size)
    {
        var text = new Checkpoint(_log.Key.Name, size, MerkleEdge.Empty.Append([.. _log.Entries.Take(size).Select(e => TreeHash.Leaf(e.Leaf))]).Root).ToText();
        return SignedNote.Of(text, _log.Signer.Sign(Encoding.UTF8.GetBytes(text)));
    }

    internal static Dictionary<string, byte[]> Export(IEnumerable<(byte[] Statement, byte[] Leaf)> all, SignedNote head)
    {
        var entries = all.ToArray();
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["checkpoint"] = head.Bytes.ToArray() };
        foreach (var (address, bytes) in Merkle.TileTests.TilesOf([.. entries.Select(e => TreeHash.Leaf(e.Leaf))]))
        {
            files[address.ToString()] = bytes.ToArray();
        }

        for (var n = 0; n * 256 < entries.Length; n++)
        {
            var (leaves, statements) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            var part = entries.Skip(n * 256).Take(256).ToArray();
            foreach (var (statement, leaf) in part)
            {
                EntryBundle.Write(leaves, leaf);
                StatementBundle.Write(statements, statement);
            }

            var address = new TileAddress(TileAddress.Entries, n, part.Length);
            files[address.ToString()] = leaves.WrittenSpan.ToArray();
            files[StatementBundle.PathOf(address)] = statements.WrittenSpan.ToArray();
        }

        return files;
    }

    internal sealed class Files(Dictionary<string, byte[]> files) : IExportedLog
    {
        public IReadOnlyCollection<string> Paths => files.Keys;

        public ReadOnlyMemory<byte> Read(string path) => files[path];
    }
}
