using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Obstat.Core.Records;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Bench;

/// <summary>The audit of an exported log of some size, and its floors in the same run: bare verifications of the same statements on all cores, and SHA-256 over the same bytes on all cores.</summary>
internal sealed class AuditRound : IExportedLog
{
    private const int ChunkLength = 4_096;
    private const int FloorSample = 20_000;

    private readonly string _folder;
    private readonly List<string> _paths = [];
    private readonly List<(Digest Digest, byte[] Signature)> _sample = [];
    private readonly StatementSigner _statements = StatementSigner.Generate();
    private long _bytes;

    private AuditRound(string folder) => _folder = folder;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Paths => _paths;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(string path) => File.ReadAllBytes(Path.Combine(_folder, path));

    public static void Run(int entries)
    {
        var folder = Directory.CreateTempSubdirectory("obstat-audit-bench-").FullName;
        try
        {
            new AuditRound(folder).Measure(entries);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Measure(int entries)
    {
        using var signer = NoteSigner.Generate("bench.example");
        var watch = Stopwatch.StartNew();
        Make(signer, entries);
        Tell("made", entries, watch.Elapsed.TotalSeconds, "s");
        var whole = Audit(signer, withSignatures: true);
        var hashes = Audit(signer, withSignatures: false);
        var verifications = Verifications() * entries;
        var sha = Sha();
        Tell("audit, all cores", entries, whole.Seconds, "s");
        Tell("  CPU of an entry", entries, whole.Cpu / entries * 1e6, "us");
        Tell("hashes only, all cores", entries, hashes.Seconds, "s");
        Tell("  CPU of all, one core", entries, hashes.Cpu, "s");
        Tell("  allocated for an entry", entries, hashes.Bytes / entries, "bytes");
        Tell("bare verifications of the same statements, all cores", entries, verifications, "s");
        Tell("SHA-256 of the same bytes, all cores", entries, sha, "s");
        Tell("audit over 1.3 verifications + 2 SHA-256 (at most 1)", entries, whole.Seconds / ((1.3 * verifications) + (2 * sha)), "x");
    }

    private (double Seconds, double Cpu, double Bytes) Audit(NoteSigner signer, bool withSignatures)
    {
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var report = ExportedLogAudit.Run(this, Trust.InLog(signer.VerifierKey), [], withSignatures, new StateReplay().Apply, (_, _) => { }, CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        return report.Result == (withSignatures ? VerifyResult.Verified : VerifyResult.Incomplete)
            ? (seconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds, GC.GetTotalAllocatedBytes(precise: true) - bytes)
            : throw new InvalidOperationException(string.Join('\n', report.Findings.Take(5)));
    }

    /// <summary>Seconds of one verification on all cores.</summary>
    private double Verifications()
    {
        var watch = Stopwatch.StartNew();
        _ = Parallel.ForEach(_sample, s => _ = _statements.PublicKey.Verifies(s.Digest, s.Signature) ? 0 : throw new InvalidOperationException("a signature does not verify"));
        return watch.Elapsed.TotalSeconds / _sample.Count;
    }

    private double Sha()
    {
        var block = new byte[2_048];
        RandomNumberGenerator.Fill(block);
        var watch = Stopwatch.StartNew();
        _ = Parallel.For(0, _bytes / block.Length, _ => SHA256.HashData(block));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>A log as the sequencer makes one, exported.</summary>
    private void Make(NoteSigner heads, int entries)
    {
        using var root = StatementSigner.Generate();
        using var first = StatementSigner.Generate();
        using var report = StatementSigner.Generate();
        var plane = new Plane("bench", 1);
        var clock = new Clock("ntp", 20);
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var genesis = Draft.OfPlane(place => Composition.Of(new GenesisStatement
        {
            Nonce = place.Nonce, Origin = place.Origin, Time = place.Time, Clock = place.Clock, Plane = place.Plane, HeadKey = heads.VerifierKey,
            StatementKeys = [StatementKey.Of(first.PublicKey, KeyRoles.Statement), StatementKey.Of(root.PublicKey, KeyRoles.Root)], Cause = "first", State = StateDigests.Empty.Digest, Predecessor = null,
        }));
        var state = LedgerState.Empty;
        var tiles = new TileGrowth();
        var edge = MerkleEdge.Empty;
        var (leaves, statements, width, n) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), 0, 0L);
        for (var at = 0; at < entries;)
        {
            var written = new List<WrittenStatement>(ChunkLength);
            for (; at < entries && written.Count < ChunkLength; at++)
            {
                var draft = at switch { 0 => genesis, 1 => Said.KeySet(root, (KeyRoles.Statement, _statements)), 2 => Said.Activated("law"), 3 => Said.Registered(report, 1), _ => Said.Decided(false, 1, at - 3) };
                var entry = (Sequencing.Entry)Sequencer.Next(state, draft, now, Said.Id(at), plane, clock, heads.VerifierKey.Name);
                written.Add(entry.Written);
                state = entry.Next;
            }

            var start = at - written.Count;
            var signed = new byte[written.Count][];
            _ = Parallel.For(0, written.Count, i =>
            {
                var signer = start + i == 0 ? first : _statements;
                signed[i] = Leaf.Write(Pae.Digest(written[i].Bytes.Span), signer.Sign(written[i].Bytes.Span), signer.PublicKey);
            });
            for (var i = 0; i < signed.Length; i++)
            {
                EntryBundle.Write(leaves, signed[i]);
                StatementBundle.Write(statements, written[i].Bytes.Span);
                _bytes += signed[i].Length + (2 * written[i].Bytes.Length); // leaf hash, digest that is signed, statement digest
                if (start + i > 0 && _sample.Count < FloorSample && Leaf.TryParse(signed[i], out var leaf))
                {
                    _sample.Add((leaf.PaeDigest, leaf.Signature.ToArray()));
                }

                var hash = TreeHash.Leaf(signed[i]);
                edge = edge.Append(hash);
                tiles.Append(hash, (address, bytes) => Write(address.ToString(), bytes));
                if (++width == TileAddress.WidthFull || start + i == entries - 1)
                {
                    var address = new TileAddress(TileAddress.Entries, n++, width);
                    Write(address.ToString(), leaves.WrittenSpan);
                    Write(StatementBundle.PathOf(address), statements.WrittenSpan);
                    (leaves, statements, width) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), 0);
                }
            }
        }

        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (tiles.Started(level) is { IsEmpty: false } started)
            {
                Write(new TileAddress(level, (entries >> (8 * level)) / TileAddress.WidthFull, started.Length / Digest.Length).ToString(), started.Span);
            }
        }

        var text = new Checkpoint(heads.VerifierKey.Name, entries, edge.Root).ToText();
        Write("checkpoint", SignedNote.Of(text, heads.Sign(Encoding.UTF8.GetBytes(text))).Bytes.Span);
    }

    private void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var full = Path.Combine(_folder, path);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        _paths.Add(path);
    }

    private static void Tell(string what, int entries, double figure, string unit) => Console.WriteLine($"{what,-72} {figure,12:0.##} {unit} ({entries} entries)");
}
