using System.Diagnostics;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Storage;

namespace Obstat.Bench;

/// <summary>
/// What one ledger costs while it grows through the real sequencer: how long a start takes after a kill and after a clean stop, how long one more entry takes, how much is allocated for each. One entry in sixteen is a
/// decision with a sealed blob, the others tell refusals, because they are the smallest.
/// </summary>
internal static class StartRound
{
    private const int Burst = 4_096; // how far out of order numbers may arrive
    private const int DecisionEach = 16;
    private const int Singles = 64;

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
                    var asks = Enumerable.Range(seq + 1, count).Select(n => ledger.AppendAsync(Entry(n), default)).ToArray();
                    seq += count;
                    _ = (await Task.WhenAll(asks)).Select(r => r.Match(e => e, reason => throw new InvalidOperationException($"{reason}"))).Count();
                }

                var (p50, allocated) = await AppendAsync(ledger, seq);
                seq += Singles;
                ledger.Abandon();
                var (killed, tail) = Timed(place.Open, ref ledger);
                ledger.Dispose();
                var (clean, _) = Timed(place.Open, ref ledger);
                await output.WriteLineAsync(FormattableString.Invariant(
                    $"{size,10} entries: start after a kill {killed,8:0} ms ({tail,6} entries after the state entry), after a clean stop {clean,8:0} ms, {place.Bytes / (double)ledger.State.Size,6:0} bytes an entry, one append p50 {p50,6:0} us and {allocated,7:0} bytes allocated, working set {Environment.WorkingSet >> 20,5} MiB"));
                await output.FlushAsync();
            }

            ledger.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Draft Entry(int n) => n % DecisionEach == 0 ? Said.Decided(false, 1, n, blob: LedgerRound.Blob(n), patience: s_patience) : Said.Refused(1, s_patience, (n, n));

    private static async Task<(double P50, double Allocated)> AppendAsync(Ledger ledger, int seq)
    {
        var times = new double[Singles];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Singles; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = await LedgerRound.Require(ledger, Entry(seq + i + 1));
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return (times.Order().ElementAt(Singles / 2), (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Singles);
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
