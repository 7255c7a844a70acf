using System.Collections.Immutable;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Server.Leases;
using Obstat.Server.Listeners;
using Obstat.Server.Sources;
using Obstat.Storage;

namespace Obstat.Server.Points;

/// <summary>
/// What enforcement points say they enforce by, compared with what the plane published. What differs for 30 s is drift and is told; a point that drifts for two minutes, or whose probe failed, is halted until an operator arms it again.
/// Safe for concurrent use.
/// </summary>
internal sealed class PointWatch(LiveBoots boots, Ledger ledger, Snapshots snapshots, OrderBoard orders, StopDesk stops, TimeProvider clock, ILogger logger)
{
    /// <summary>How long a difference may last before it is drift.</summary>
    public static readonly TimeSpan DriftAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long a point may drift before it is halted.</summary>
    public static readonly TimeSpan HaltAfter = TimeSpan.FromMinutes(2);

    private const long IntervalMs = 15_000;
    private const long IntervalOfPointMs = 1_000;

    /// <summary>How often a point probes: max(15 s, 1 s for each point).</summary>
    public TimeSpan Interval => TimeSpan.FromMilliseconds(Math.Max(IntervalMs, IntervalOfPointMs * boots.Count));

    /// <summary>How often a point says what it enforces by.</summary>
    public TimeSpan Pulse => Interval / EffectivePolicy.SaidInInterval;

    /// <summary>The points that registered with this start, with what they proved, by ages now.</summary>
    public ImmutableArray<PointShown> Points
    {
        get
        {
            var open = ledger.State.Open.Values.CountBy(o => o.Boot).ToDictionary(StringComparer.Ordinal);
            return
            [
                .. boots.All.Select(boot =>
                {
                    var said = boot.Said;
                    return new PointShown(
                        boot.Point.Id, boot.Registration.Kind, boot.Point.Boot, boot.Entry, (long)boot.Silence.TotalMilliseconds, (long)boot.Age.TotalMilliseconds, open.GetValueOrDefault(boot.Point.Boot),
                        said?.Policy.Proof.After((long)clock.GetElapsedTime(said.Value.At).TotalMilliseconds), boot.Differences, said?.Token);
                }),
            ];
        }
    }

    /// <summary>Takes what a point says.</summary>
    public Task<Answer> TakeAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<EffectiveReport>(body.Span, out var report, out _))
        {
            return Task.FromResult(Answer.Refused(400, DenyReason.Malformed));
        }

        if (!boots.TryGet(report.Ep.Id, report.Ep.Boot, out var boot))
        {
            return Task.FromResult(Answer.Refused(401, DenyReason.IdentityUnverifiable));
        }

        if (!EffectivePolicy.TryVerify(report.Statement, boot.Registration.Report, clock.GetUtcNow().ToUnixTimeSeconds(), out var said, out var refusal) || said.Ep != report.Ep)
        {
            Log.Suspect(logger, report.Ep.Id, "effective policy: " + (refusal.Detail ?? "of another boot"));
            return Task.FromResult(Answer.Refused(401, DenyReason.AssertionInvalid));
        }

        boot.Heard();
        boot.Say(said, report.Statement, clock.GetTimestamp(), Differences(boot, said));
        return Task.FromResult(Answer.Of(new EffectiveAnswer((long)Interval.TotalMilliseconds, snapshots.Current.Snapshot.Digest)));
    }

    /// <summary>A probe of a point had an effect or was refused for a wrong reason: the point stopped, and stays halted until an operator arms it again.</summary>
    public async Task<Answer> FailedAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<CanaryFailed>(body.Span, out var failed, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (!boots.TryGet(failed.Ep.Id, failed.Ep.Boot, out _))
        {
            return Answer.Refused(401, DenyReason.IdentityUnverifiable);
        }

        if (stops.Knew(failed.Halt))
        {
            return Answer.Of(new EntryAnswer(Math.Max(0, ledger.State.Size - 1)));
        }

        Log.CanaryFailed(logger, failed.Ep.Id, failed.Cause);
        var halted = await stops.HaltPointAsync(failed.Ep.Id, failed.Cause, HaltShown.ByCanary, failed.Halt);
        return Answer.Of(new EntryAnswer(halted.Entry ?? Math.Max(0, ledger.State.Size - 1)));
    }

    /// <summary>Looks at what lasts: called each second. A point that is away does not drift: it refuses.</summary>
    public async Task SweepAsync()
    {
        foreach (var boot in boots.All.Where(b => b.Said is not null && b.Silence < Closedness.IntervalsMax * Interval))
        {
            var since = boot.DriftsFor(clock);
            if (since < DriftAfter)
            {
                continue;
            }

            if (boot.TellsDrift())
            {
                Log.Drift(logger, boot.Point.Id, string.Join("; ", boot.Differences));
            }

            if (since >= HaltAfter && boot.HaltsForDrift())
            {
                _ = await stops.HaltPointAsync(boot.Point.Id, "drift: " + string.Join("; ", boot.Differences), HaltShown.ByDrift);
            }
        }
    }

    // A snapshot decides here and nowhere else; that the point was told it shows that it listens.
    private ImmutableArray<string> Differences(LiveBoot boot, EffectivePolicy said)
    {
        var found = new List<string>();
        Compare("build", said.Build == boot.Registration.Build);
        Compare("configuration", said.Config == boot.Registration.Config);
        Compare("epoch", said.Epoch == ledger.State.Plane.Epoch);
        Compare("snapshot", said.Snapshot == snapshots.Current.Snapshot.Digest);
        Compare("orders", said.OrdersHead >= orders.Head);
        return [.. found];

        void Compare(string what, bool isSame)
        {
            if (!isSame)
            {
                found.Add(what);
            }
        }
    }
}
