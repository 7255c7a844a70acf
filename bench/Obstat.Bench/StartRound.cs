using System.Diagnostics;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Storage;

namespace Obstat.Bench;

/// <summary>How long a start takes while one ledger grows: after a kill, and after a clean stop.</summary>
internal static class StartRound
{
    private const int Burst = 4_096; // how far out of order numbers may arrive

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Grows to each size in turn and tells what it saw.</summary>
    public static async Task RunAsync(long[] sizes, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("obstat-bench-").FullName;
        try
        {
            using var place = new Installation(Path.Combine(folder, "ledger"));
            using var report = StatementSigner.Generate();
            var ledger = place.Open();
            _ = await ledger.AppendAsync(Said.Activated("law"), default);
            _ = await ledger.AppendAsync(Said.Registered(report, 1), default);
            var seq = 0;
            foreach (var size in sizes)
            {
                while (ledger.State.Size < size)
                {
                    var count = (int)Math.Min(Burst, size - ledger.State.Size);
                    var asks = Enumerable.Range(seq + 1, count).Select(n => ledger.AppendAsync(Said.Decided(false, 1, n, blob: LedgerRound.Blob(n), patience: s_patience), default)).ToArray();
                    seq += count;
                    _ = (await Task.WhenAll(asks)).Select(r => r.Match(e => e, reason => throw new InvalidOperationException($"{reason}"))).Count();
                }

                ledger.Abandon();
                var (killed, tail) = Timed(place.Open, ref ledger);
                ledger.Dispose();
                var (clean, _) = Timed(place.Open, ref ledger);
                await output.WriteLineAsync(FormattableString.Invariant(
                    $"{size,10} entries: start after a kill {killed,8:0} ms ({tail,6} entries after the state entry), after a clean stop {clean,8:0} ms, {place.Bytes / (double)ledger.State.Size,6:0} bytes an entry, working set {Environment.WorkingSet >> 20,5} MiB"));
            }

            ledger.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double Milliseconds, long Tail) Timed(Func<Ledger> open, ref Ledger ledger)
    {
        var tail = ledger.State.Size - ledger.State.LastStateEntry;
        GC.Collect();
        var watch = Stopwatch.StartNew();
        ledger = open();
        return (watch.Elapsed.TotalMilliseconds, tail);
    }
}
