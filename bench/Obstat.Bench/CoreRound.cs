using System.Diagnostics;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;

namespace Obstat.Bench;

/// <summary>
/// The log alone, without statement signatures: outcomes that a point signed before the clock runs, given to the ledger all at once, and the bare insert of the same rows into the same tables under the same
/// settings in groups of the same size.
/// </summary>
internal sealed record CoreRound(double BareRowsPerSecond, double BareCpu, double ReportsPerSecond, double ReportCpu, double ReportsPerCommit, double BytesPerReport, double Collecting, double DiskBytes)
{
    private const int Reports = 16_384; // as many as may wait
    private const int Window = 4_096;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task<CoreRound> RunAsync()
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

    private static async Task<CoreRound> RunAsync(string folder)
    {
        using var report = StatementSigner.Generate();
        using var place = new Installation(Path.Combine(folder, "ledger"));
        double reportCpu, seconds, bytes, collecting, bare, bareCpu;
        int group;
        using (var ledger = place.Open())
        {
            _ = await LedgerRound.Require(ledger, Said.Activated("law"));
            _ = await LedgerRound.Require(ledger, Said.Registered(report, 1));
            var decisions = new List<Appended>(Reports);
            foreach (var numbers in Enumerable.Range(1, Reports).Chunk(Window))
            {
                decisions.AddRange(await Task.WhenAll(numbers.Select(n => LedgerRound.Require(ledger, Said.Decided(true, 1, n, jti: n, blob: LedgerRound.Blob(n), patience: s_patience)))));
            }

            // Reports chain by the point itself, so their order is fixed.
            Digest? prev = null;
            var reports = new Draft[Reports];
            for (var i = 0; i < Reports; i++)
            {
                reports[i] = Said.Ended(report, decisions[i], 1, Reports + i + 1, i + 1, prev, patience: s_patience);
                prev = reports[i].Signed!.Digest;
            }

            var first = ledger.State.Size;
            GC.Collect();
            var (allocated, paused, cpu) = (GC.GetTotalAllocatedBytes(precise: true), GC.GetTotalPauseDuration(), LedgerRound.Cpu());
            var watch = Stopwatch.StartNew();
            var told = await Task.WhenAll(reports.Select(r => ledger.AppendAsync(r, default)));
            seconds = watch.Elapsed.TotalSeconds;
            reportCpu = (LedgerRound.Cpu() - cpu) / Reports;
            collecting = (GC.GetTotalPauseDuration() - paused).TotalSeconds / seconds;
            bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)Reports;
            group = Reports / told.Select(r => r.Match(e => e.Head.ToString(), reason => throw new InvalidOperationException($"{reason}"))).Distinct(StringComparer.Ordinal).Count();
            (bare, bareCpu) = LedgerRound.Bare(folder, ledger, "reports.db", first, Reports, group);
        }

        return new(bare, bareCpu, Reports / seconds, reportCpu, group, bytes, collecting, place.Bytes / (double)Reports);
    }
}
