using System.Diagnostics;
using System.Text;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Merkle;
using Obstat.Proof.Verification;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Tests;

/// <summary>
/// A ledger of 100,000 entries, exported, in the hands of tlogcheck: Go's own transparency-log library, which shares nothing with us. And in those of our own audit, which must say the same.
/// </summary>
public sealed class ThirdPartyTests(ITestOutputHelper output) : IDisposable
{
    private const int EntriesWanted = 100_000;
    private const int Starts = 5;

    private readonly Place _place = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private string Exported => Path.Combine(_place.Folder, "exported");

    [Fact]
    public void Tlogcheck_audits_an_exported_ledger_of_100000_entries_every_published_checkpoint_and_proofs()
    {
        var clock = Stopwatch.StartNew();
        for (var start = 0; start < Starts; start++)
        {
            Grow(EntriesWanted / Starts);
        }

        using var log = PublishedLog.Open(_place.Ledger);
        var head = LogFolder.Write(log, Exported, withStatements: true, _ => { }, default);
        Assert.True(head.Size >= EntriesWanted);
        Assert.True(Directory.GetFiles(Exported, "checkpoint*").Length >= Starts);
        output.WriteLine($"{head.Size} entries made and exported in {clock.Elapsed.TotalSeconds:0.0} s");

        clock.Restart();
        var vkey = log.HeadKeys.Newest.ToString();
        Assert.Equal((0, ""), Run("log", vkey, Exported));
        output.WriteLine($"tlogcheck log: {clock.Elapsed.TotalSeconds:0.0} s");
        var policy = Write("policy", Encoding.UTF8.GetBytes($"log {vkey}\nquorum none\n"));
        foreach (var index in new[] { 0, 1, 255, 256, 65_535, 65_536, head.Size / 2, head.Size - 1 })
        {
            var proof = Write("proof", log.Prove(index)!.ToBytes());
            var leaf = Write("leaf", LeafOf(index, head.Size));
            Assert.Equal((0, ""), Run("proof", policy, proof, leaf));
            Assert.Equal(1, Run("proof", policy, proof, Write("leaf", LeafOf((index + 1) % head.Size, head.Size))).Code);
        }

        clock.Restart();
        var fold = new StateReplay();
        var report = Audit(fold);
        Assert.True(report.Result == VerifyResult.Verified, report.ToJson().ToString());
        Assert.Equal(head.Size, fold.Size);
        Assert.True(fold.Compared >= Starts);
        output.WriteLine($"audit: {clock.Elapsed.TotalSeconds:0.0} s, {fold.Compared} state entries compared");

        foreach (var path in new[] { "tile/0/001", "tile/1/000", "tile/entries/002", "checkpoint" })
        {
            var full = Path.Combine(Exported, path);
            var bytes = File.ReadAllBytes(full);
            var changed = (byte[])bytes.Clone();
            changed[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(full, changed);
            if (path == "checkpoint")
            {
                Assert.Equal(1, Run("log", vkey, Exported).Code); // the other changes: with a smaller log, because it reads the whole of it each time
            }

            Assert.Equal(VerifyResult.Failed, Audit(new StateReplay(), withSignatures: false).Result);
            File.WriteAllBytes(full, bytes);
        }
    }

    private void Grow(int decisions)
    {
        using var ledger = _place.Open();
        var boot = (int)(ledger.State.Size % 1_000_000) + 1;
        ledger.Append(Said.Activated($"law {boot}"));
        ledger.Append(Said.Registered(_report, boot));
        foreach (var numbers in Enumerable.Range(1, decisions).Chunk(2_000))
        {
            var asks = numbers.Select(n => ledger.AppendAsync(Said.Decided(false, boot, n, law: $"law {boot}", blob: Place.Blob(n), patience: Place.Patience), default));
            Assert.All(Task.WhenAll(asks).GetAwaiter().GetResult(), r => r.Entry());
        }
    }

    private AuditReport Audit(StateReplay fold, bool withSignatures = true)
        => new ExportedFolder(Exported).Audit(_place.HeadKey, fold, withSignatures);

    private byte[] LeafOf(long index, long size)
    {
        var address = new TileAddress(TileAddress.Entries, index / 256, (int)Math.Min(256, size - (index / 256 * 256)));
        Assert.True(EntryBundle.TryParse(File.ReadAllBytes(Path.Combine(Exported, address.ToString())), address.Width, out var leaves));
        return leaves[(int)(index % 256)].ToArray();
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_place.Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    internal static (int Code, string Said) Run(params string[] arguments)
    {
        var folder = Environment.GetEnvironmentVariable("OBSTAT_VECTORS") ?? Path.Combine(Obstat.Tests.Vectors.Root, "..", "shared", "vectors");
        var tool = Path.GetFullPath(Path.Combine(folder, "..", "tools", "tlogcheck", "tlogcheck"));
        Assert.SkipUnless(File.Exists(tool), "tlogcheck not found beside the vectors");
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEndAsync();
        var told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(process.ExitCode == 3, "tlogcheck needs golang-go and golang-golang-x-mod-dev");
        return (process.ExitCode, process.ExitCode == 0 ? "" : told + said.Result);
    }
}
