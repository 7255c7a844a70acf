using System.Diagnostics;
using System.Security.Cryptography;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage;
using Obstat.Storage.Databases;

namespace Obstat.Bench;

/// <summary>One round: the ledger and its floors on the same disk, one after the other.</summary>
internal sealed record LedgerRound(
    double BareRowsPerSecond,
    double DecisionsPerSecond,
    double EntriesPerCommit,
    double BytesPerDecision,
    double DecisionCpu,
    double BareCpu,
    double SignatureMicroseconds,
    double WriteMicroseconds,
    double ReadMicroseconds,
    double AppendP50,
    double AppendP99,
    double CommitP50,
    double CommitP99,
    double HalfP50,
    double HalfP99)
{
    private const int Callers = 64;
    private const int PerCaller = 128;
    private const int Singles = 200;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task<LedgerRound> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("obstat-bench-").FullName;
        try
        {
            return await RunAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<LedgerRound> RunAsync(string folder)
    {
        using var report = StatementSigner.Generate();
        using var place = new Installation(Path.Combine(folder, "ledger"));
        using var permits = StatementSigner.Generate();
        using var ledger = place.Open();
        await Require(ledger, Said.Activated("law"));
        await Require(ledger, Said.Registered(report, 1));
        var recorder = new Recorded.Recorder(ledger);

        var asks = Enumerable.Range(1, Callers * PerCaller).Select(n => Said.Decided(true, 1, n, jti: n, blob: Blob(n), patience: s_patience)).ToArray();
        var first = ledger.State.Size;
        var heads = new HashSet<string>(StringComparer.Ordinal);
        var decisions = new Appended[asks.Length];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Cpu();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < asks.Length; i += Callers)
            {
                decisions[i] = (await recorder.AppendAsync(asks[i], default)).Match(r => r.Entry, reason => throw new InvalidOperationException($"{reason}"));
                _ = permits.Sign(decisions[i].Written.Digest); // the permit's own signature
            }
        })));
        var decisionSeconds = watch.Elapsed.TotalSeconds;
        var decisionCpu = Cpu() - cpu;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)asks.Length;
        heads.UnionWith(decisions.Select(d => d.Head.ToString()));
        var group = Math.Max(1, asks.Length / heads.Count);

        var (appends, commits) = await Latencies(ledger, folder, asks.Length + 1);
        var half = await HalfLoad(recorder, permits, asks.Length / decisionSeconds / 2, asks.Length + Singles + 1);
        var (bare, bareCpu) = Bare(folder, ledger, "bare.db", first, asks.Length, group);
        return new(bare, asks.Length / decisionSeconds, asks.Length / (double)heads.Count, bytes, decisionCpu / asks.Length, bareCpu, Signature(), Each(() => decisions[0].Written.Statement.ToBytes()), Each(() => WrittenStatement.TryRead(decisions[0].Written.Bytes.ToArray(), out _, out _)), At(appends, 0.5), At(appends, 0.99), At(commits, 0.5), At(commits, 0.99), At(half, 0.5), At(half, 0.99));
    }

    /// <summary>Microseconds from ask to permit in hand, at half of the rate that was just measured, asks coming by the clock whatever became of those before.</summary>
    private static async Task<double[]> HalfLoad(Recorded.Recorder recorder, StatementSigner permits, double perSecond, int seq)
    {
        var count = (int)Math.Min(perSecond * 2, 4_000);
        var asks = Enumerable.Range(seq, count).Select(n => Said.Decided(true, 1, n, jti: n, blob: Blob(n), patience: s_patience)).ToArray();
        var watch = Stopwatch.StartNew();
        return await Task.WhenAll(asks.Select(async (ask, i) =>
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due > watch.Elapsed)
            {
                await Task.Delay(due - watch.Elapsed);
            }

            var start = Stopwatch.GetTimestamp();
            var entry = (await recorder.AppendAsync(ask, default)).Match(r => r.Entry, reason => throw new InvalidOperationException($"{reason}"));
            _ = permits.Sign(entry.Written.Digest);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }));
    }

    internal static async Task<Appended> Require(Ledger ledger, Draft draft)
        => (await ledger.AppendAsync(draft, default)).Match(e => e, reason => throw new InvalidOperationException($"{reason}"));

    internal static StoredBlob Blob(int n)
    {
        var blob = SealedBlob.Seal(new byte[32], RandomNumberGenerator.GetBytes(12), new byte[16], "origin", "request", new byte[250 + (n % 8)]);
        return new(Digest.Of(blob), blob);
    }

    /// <summary>The same rows into the same tables under the same settings, in groups of the same size, and nothing else.</summary>
    internal static (double RowsPerSecond, double Cpu) Bare(string folder, Ledger ledger, string name, long first, int count, int group)
    {
        using var reader = ledger.Read();
        var rows = Enumerable.Range(0, count).Select(i => reader.Entry(first + i)).Select(e => (e.Leaf, Statement: e.Written.Bytes.ToArray(), Blob: (e.Written.Statement as DecisionStatement)?.Sealed.Select(s => (s.Cipher, Bytes: reader.Blob(s.Cipher)!)).First())).ToArray();
        using var connection = Database.OpenWriter(Path.Combine(folder, name), erases: false);
        Schema.Prepare(connection, name, Schema.Ledger);
        using var insert = Database.Prepare(connection, "INSERT INTO entry(origin, idx, leaf, statement) VALUES($1, $2, $3, $4)", 4);
        using var blob = Database.Prepare(connection, "INSERT INTO blob(cipher, scope, bytes) VALUES($1, $2, $3)", 3);
        var cpu = Cpu();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rows.Length; i += group)
        {
            Database.Run(connection, "BEGIN IMMEDIATE");
            for (var j = i; j < Math.Min(i + group, rows.Length); j++)
            {
                (insert.Parameters[0].Value, insert.Parameters[1].Value, insert.Parameters[2].Value, insert.Parameters[3].Value) = (ledger.Origin, (long)j, rows[j].Leaf, rows[j].Statement);
                _ = insert.ExecuteNonQuery();
                if (rows[j].Blob is { } sealedBlob)
                {
                    (blob.Parameters[0].Value, blob.Parameters[1].Value, blob.Parameters[2].Value) = (sealedBlob.Cipher.ToArray(), sealedBlob.Bytes[5..21], sealedBlob.Bytes);
                    _ = blob.ExecuteNonQuery();
                }
            }

            Database.Run(connection, "COMMIT");
        }

        return (rows.Length / watch.Elapsed.TotalSeconds, (Cpu() - cpu) / rows.Length);
    }

    /// <summary>Appends of one caller and commits of one row, taken in turn.</summary>
    private static async Task<(double[] Appends, double[] Commits)> Latencies(Ledger ledger, string folder, int seq)
    {
        using var connection = Database.OpenWriter(Path.Combine(folder, "commit.db"), erases: false);
        Database.Run(connection, "CREATE TABLE row(id INTEGER PRIMARY KEY, bytes BLOB)");
        using var insert = Database.Prepare(connection, "INSERT INTO row(bytes) VALUES($1)", 1);
        insert.Parameters[0].Value = new byte[2_000];
        var (appends, commits) = (new double[Singles], new double[Singles]);
        for (var i = 0; i < Singles; i++)
        {
            var draft = Said.Decided(false, 1, seq + i, blob: Blob(i), patience: s_patience);
            var start = Stopwatch.GetTimestamp();
            _ = await Require(ledger, draft);
            appends[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            start = Stopwatch.GetTimestamp();
            _ = insert.ExecuteNonQuery();
            commits[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return (appends, commits);
    }

    /// <summary>Microseconds of all cores that this process took: other than rates they hold on a busy machine.</summary>
    internal static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMicroseconds;
    }

    private static double Signature()
    {
        using var signer = StatementSigner.Generate();
        var digest = Digest.Of([1]);
        return Each(() => signer.Sign(digest));
    }

    private static double Each<T>(Func<T> work)
    {
        const int Times = 500;
        var cpu = Cpu();
        for (var i = 0; i < Times; i++)
        {
            _ = work();
        }

        return (Cpu() - cpu) / Times;
    }

    private static double At(double[] values, double part) => values.Order().ElementAt((int)(values.Length * part));
}
