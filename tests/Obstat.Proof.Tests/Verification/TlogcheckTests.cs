using System.Buffers;
using System.Diagnostics;
using System.Text;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Tests.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Verification;

/// <summary>A verifier that shares no code with ours (Go's transparency-log library) accepts what we write and refuses its mutated copies.</summary>
public sealed class TlogcheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("obstat-tlogcheck-").FullName;

    [Fact]
    public void Tlogcheck_accepts_our_log_folder_proofs_quorum_and_consistency_and_refuses_changed_ones()
    {
        using var log = new MadeLog();
        for (var i = 0; i < 300; i++)
        {
            log.Append(log.Decision(allowed: i % 3 == 0));
        }

        var witness = new TrustPolicyTests.Witness("witness.example/w1", 5);
        var head = log.Head.With(witness.Cosign(log.Head, 1_795_426_300));
        WriteLog(log, head);
        var vkey = log.Key.ToString();
        Assert.Equal((0, ""), Run("log", vkey, _folder));
        Assert.Equal((0, ""), Run("note", vkey, Write("checkpoint.copy", head.Bytes.ToArray())));

        var policy = Write("policy", Encoding.UTF8.GetBytes($"log {vkey}\nwitness w1 {witness.Key}\nquorum w1\n"));
        var proof = new TlogProof(255, [.. InclusionProof.Make(255, log.Size, log.Nodes)], head).ToBytes();
        var leaf = Write("leaf", log.Entries[255].Leaf);
        Assert.Equal((0, ""), Run("proof", policy, Write("proof", proof), leaf));
        proof[proof.AsSpan().IndexOf("index 255"u8) + 8] = (byte)'4';
        Assert.Equal(1, Run("proof", policy, Write("proof", proof), leaf).Code);
        Assert.Equal(1, Run("proof", policy, Write("proof", new TlogProof(255, [.. InclusionProof.Make(255, log.Size, log.Nodes)], log.Head).ToBytes()), leaf).Code);

        var old = new Checkpoint(log.Key.Name, 200, Root(log, 200));
        var older = Write("older", SignedNote.Of(old.ToText(), log.Signer.Sign(Encoding.UTF8.GetBytes(old.ToText()))).Bytes.ToArray());
        var lines = ConsistencyProof.Make(200, log.Size, log.Nodes).Select(h => h.ToBase64()).ToArray();
        Assert.Equal((0, ""), Run("consistency", vkey, older, Path.Combine(_folder, "checkpoint"), Write("consistency", Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n"))));
        Assert.Equal(1, Run("consistency", vkey, older, Path.Combine(_folder, "checkpoint"), Write("consistency", Encoding.ASCII.GetBytes(string.Join('\n', lines[1..]) + "\n"))).Code);

        var bundle = Path.Combine(_folder, new TileAddress(TileAddress.Entries, 1, log.Size - 256).ToString());
        var bytes = File.ReadAllBytes(bundle);
        bytes[100] ^= 1;
        File.WriteAllBytes(bundle, bytes);
        Assert.Equal(1, Run("log", vkey, _folder).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Digest Root(MadeLog log, int size) => MerkleEdge.Empty.Append([.. log.Entries.Take(size).Select(e => TreeHash.Leaf(e.Leaf))]).Root;

    private void WriteLog(MadeLog log, SignedNote head)
    {
        Write("checkpoint", head.Bytes.ToArray());
        foreach (var (address, bytes) in Merkle.TileTests.TilesOf([.. log.Entries.Select(e => TreeHash.Leaf(e.Leaf))]))
        {
            Write(address.ToString(), bytes.ToArray());
        }

        for (var n = 0; n * 256 < log.Size; n++)
        {
            var bundle = new ArrayBufferWriter<byte>();
            var leaves = log.Entries.Skip(n * 256).Take(256).ToArray();
            foreach (var (_, leaf) in leaves)
            {
                EntryBundle.Write(bundle, leaf);
            }

            Write(new TileAddress(TileAddress.Entries, n, leaves.Length).ToString(), bundle.WrittenSpan.ToArray());
        }
    }

    private string Write(string path, byte[] bytes)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    /// <summary>Exit code, and what it said where it was not content.</summary>
    private static (int Code, string Said) Run(params string[] arguments)
    {
        var folder = Environment.GetEnvironmentVariable("OBSTAT_VECTORS") ?? Path.Combine(Vectors.Root, "..", "shared", "vectors");
        var tool = Path.GetFullPath(Path.Combine(folder, "..", "tools", "tlogcheck", "tlogcheck"));
        Assert.SkipUnless(File.Exists(tool), "tlogcheck not found beside the vectors");
        var start = new ProcessStartInfo(tool) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(process.ExitCode == 3, "tlogcheck needs golang-go and golang-golang-x-mod-dev");
        return (process.ExitCode, process.ExitCode == 0 ? "" : output + said.Result);
    }
}
