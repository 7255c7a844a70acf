using Obstat.Core.Records;
using Obstat.Server.Keys;
using Obstat.Server.Leases;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Storage;

namespace Obstat.Server;

/// <summary>
/// What the plane does by itself: closes allows that nobody reported, reads the trust sources again, and ends the process - to be started again by who supervises it - when the ledger failed
/// or the working keys end.
/// </summary>
internal sealed class Upkeep(Ledger ledger, Snapshots snapshots, WorkingKeys working, LeaseDesk leases, StopDesk stops, PointWatch watch, DrainDesk drain, BreakGlassDesk breakGlass, TimeProvider clock, ILogger logger, Action<int> end)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(1);
    // A failed ledger permits nothing any more; the pages say why before the process ends.
    private static readonly TimeSpan FailureTold = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BeforeKeysEnd = TimeSpan.FromMinutes(10);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(SweepEvery, clock);
        var refreshed = clock.GetUtcNow();
        var wasLow = false;
        DateTimeOffset? failed = null;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                var now = clock.GetUtcNow();
                if (ledger.Failure is { } failure)
                {
                    if (failed is null)
                    {
                        Log.LedgerFailed(logger, failure);
                    }

                    failed ??= now;
                    if (now - failed < FailureTold && now >= failed)
                    {
                        continue;
                    }

                    end(1);
                    return;
                }

                if (now > working.Until - BeforeKeysEnd)
                {
                    Log.KeysEnd(logger);
                    end(0);
                    return;
                }

                if (ledger.IsDiskLow && !wasLow)
                {
                    Log.DiskLow(logger);
                }

                wasLow = ledger.IsDiskLow;
                await SweepAsync(now, cancellation);
                if (now - refreshed >= RefreshEvery)
                {
                    refreshed = now;
                    await RefreshAsync(cancellation);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task SweepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        leases.Sweep();
        await stops.MergeAsync();
        await watch.SweepAsync();
        drain.Sweep();
        await breakGlass.SweepAsync();
        foreach (var gap in ledger.State.Uncovered.Values)
        {
            _ = await ledger.AppendAsync(gap.ToDraft(), cancellation);
        }

        foreach (var due in ledger.Sweep(now))
        {
            // Refused is fine: an outcome came first, or the next sweep finds it again.
            _ = await ledger.AppendAsync(Orphans.Close(due), cancellation);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        var done = await snapshots.RefreshAsync(cancellation);
        foreach (var finding in done.Findings.Where(f => f.Refuses))
        {
            Log.Found(logger, finding.ToString());
        }
    }
}
