using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Obstat.Console.Api;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Server.Points;

namespace Obstat.Server.Faces;

/// <summary>How the plane is now: what it refuses with, who is connected, what is halted. Cheap, and asked without the index. Safe for concurrent use.</summary>
internal sealed class Standing(FaceSources plane, IndexKeeper keeper, Damage damage, DemoFace demo)
{
    /// <summary>Words in a row that a point may miss.</summary>
    private const int MissedMax = 3;

    private static readonly TimeSpan BeatOf = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AwayOf = TimeSpan.FromHours(24);
    private static readonly string Version = typeof(Standing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private Made? _beat;

    /// <summary>The code that every ask is refused with now, and what is known beside it; no code while the plane serves.</summary>
    public (DenyReason? Code, string? Detail) Refusing
        => plane.Ledger.Failure is { } failure ? (DenyReason.LedgerUnavailable, failure)
            : !plane.Ledger.IsClockTrusted ? (DenyReason.ClockUntrusted, "the wall clock left the monotonic one; nothing that the plane says is recorded")
            : plane.Stops.IsHalted(Scope.All) ? (DenyReason.Halted, "everything is halted")
            : plane.Snapshots.Current.Snapshot.Law is { IsInForce: false } law ? (law.Reason, law.Findings.FirstOrDefault(f => f.Refuses)?.ToString())
            : plane.Ledger.IsDiskLow ? (DenyReason.LedgerUnavailable, "the ledger's disk is nearly full; nothing is permitted")
            : (null, null);

    /// <summary>What was found in the ledger's file that is not what was signed; null while nothing was.</summary>
    public string? Damaged => damage.Found;

    /// <summary>What is halted, newest first.</summary>
    public ImmutableArray<HaltView> Halts
        => [.. plane.Stops.Standing.Halts.OrderByDescending(h => h.IssuedAt).Select(h => new HaltView(h.Id, h.Scope.ToString(), h.Reason, h.By, DateTimeOffset.FromUnixTimeSeconds(h.IssuedAt), h.IsDurable))];

    /// <summary>All enforcement points that ever registered, by id.</summary>
    public ImmutableArray<PointView> Points
    {
        get
        {
            var state = plane.Ledger.State;
            var live = plane.Boots.All.ToDictionary(b => b.Point.Id, StringComparer.Ordinal);
            var shown = plane.Watch.Points.ToDictionary(s => s.Boot, StringComparer.Ordinal);
            var leases = plane.Leases.Running.CountBy(l => l.Ep.Id).ToDictionary(StringComparer.Ordinal);
            return
            [
                .. state.Points.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p =>
                {
                    var boot = state.Boots[p.Value];
                    var connected = live.GetValueOrDefault(p.Key) is { } b && b.Point.Boot == boot.Boot ? b : null;
                    var said = connected?.Said;
                    var proof = connected is null ? null : shown.GetValueOrDefault(boot.Boot)?.Proof;
                    var (decisions, p50, p99) = plane.Meter.Latencies.Of(p.Key);
                    return new PointView(
                        p.Key, boot.Registration.Kind, boot.Boot, boot.Index.Value, connected is not null, connected?.Silence.TotalSeconds, state.Open.Values.Count(o => o.Boot == boot.Boot),
                        leases.GetValueOrDefault(p.Key), plane.Settings.Limits.Silence.TotalSeconds, Before(proof?.ClosedMs), Before(proof?.AllowedMs), proof?.Disarmed)
                    {
                        IsSilent = connected is { Said: not null } && connected.Silence > MissedMax * plane.Watch.Pulse,
                        PulseSeconds = plane.Watch.Pulse.TotalSeconds,
                        Armed = Before(proof?.ArmedMs),
                        Refusing = proof?.Refusing?.ToCode(),
                        Effects = proof?.Effects ?? 0,
                        Drift = connected?.Differences ?? [],
                        DriftSeconds = connected is { Differences.IsEmpty: false } ? connected.DriftsFor(plane.Clock).TotalSeconds : null,
                        Build = said?.Policy.Build.ToHex(),
                        Config = said?.Policy.Config.ToHex(),
                        Snapshot = said?.Policy.Snapshot.ToHex(),
                        Decisions = decisions,
                        DecisionP50 = p50,
                        DecisionP99 = p99,
                    };
                }),
            ];
        }
    }

    /// <summary>What probes show; null where no point is connected, or none said what it proved.</summary>
    public ProvedView? Proved
    {
        get
        {
            var (points, interval) = (plane.Watch.Points, plane.Watch.Interval);
            var ms = (long)interval.TotalMilliseconds;
            var (closed, serving) = (Closedness.Of(points, ms), Servingness.Of(null, points, ms));
            var disarmed = points.FirstOrDefault(p => p.Proof?.Disarmed is not null);
            var proved = points.Count(p => p.Proof?.ClosedMs is not null);
            return closed.State == ClosedState.Unknown || points.All(p => p.Proof is null) ? null
                : new ProvedView(proved < points.Length || disarmed is not null ? null : Before(closed.SinceMs), closed.State == ClosedState.Open, proved, interval.TotalSeconds)
                {
                    Served = Before(serving.SinceMs),
                    Refusing = serving.Refusing?.ToCode(),
                    Detail = disarmed is not null ? $"{disarmed.Id} is disarmed: {disarmed.Proof!.Disarmed}" : null,
                };
        }
    }

    /// <summary>What is not as it should be, worst first: on every page, and in every beat.</summary>
    public ImmutableArray<TroubleView> Troubles
    {
        get
        {
            var found = ImmutableArray.CreateBuilder<TroubleView>();
            var points = Points;
            found.AddRange(points.Where(p => p.Effects > 0).Select(p => new TroubleView(Named(p), "open", DenyReason.Fault.ToCode(), p.Closed ?? "a probe that must have no effect had one")));
            if (damage.Found is { } damaged)
            {
                found.Add(new("ledger", "failed", null, damaged));
            }

            if (Refusing is ({ } code, var detail))
            {
                found.Add(new("plane", "refusing", code.ToCode(), detail ?? "every ask is refused"));
            }

            found.AddRange(points.Where(p => p is { Closed: not null, Effects: 0 }).Select(p => new TroubleView(Named(p), "refusing", DenyReason.Fault.ToCode(), p.Closed!)));
            found.AddRange(points.Where(p => p.IsSilent).Select(p => new TroubleView(
                Named(p), "silent", null, string.Create(CultureInfo.InvariantCulture, $"no word for {p.HeardSeconds:0} s, expected one each {p.PulseSeconds:0.#} s: it is dead, stopped or cut off"))));
            found.AddRange(points.Where(p => !p.IsConnected && plane.Ledger.State.Boots[p.Boot].Registration.Time.Time > plane.Clock.GetUtcNow() - AwayOf).Select(p => new TroubleView(
                Named(p), "away", DenyReason.PlaneUnavailable.ToCode(), "it did not register with this start of the plane, and refuses")));
            found.AddRange(points.Where(p => p.DriftSeconds > PointWatch.DriftAfter.TotalSeconds).Select(p => new TroubleView(Named(p), "drift", null, $"it enforces by another {string.Join(", ", p.Drift)} than the plane published")));
            var current = plane.Snapshots.Current;
            found.AddRange(current.Snapshot.Trust.Issuers.Values.Where(i => current.Freshness.IsStale(i, plane.Clock.GetUtcNow())).Select(i => new TroubleView(
                $"issuer {i.Url}", "refusing", DenyReason.TrustStale.ToCode(), "its keys are too old, or were never read: its tokens are refused")));
            if (plane.Working.Until - plane.Clock.GetUtcNow() is var left && left < HealthFace.KeysSoon)
            {
                found.Add(new("signer", "degraded", null, string.Create(CultureInfo.InvariantCulture, $"the working keys end in {left.TotalMinutes:0} min; the plane starts again before")));
            }

            if (keeper.Failure is { } failure)
            {
                found.Add(new("index", "degraded", null, $"the lists end at entry {keeper.Size}: {failure}"));
            }

            return found.DrainToImmutable();
        }
    }

    /// <summary>What stands on every page.</summary>
    public StateView Of(Session me)
    {
        var (code, detail) = Refusing;
        var (state, snapshot) = (plane.Ledger.State, plane.Snapshots.Current.Snapshot);
        return new StateView
        {
            Me = me.ToView(),
            AsOf = plane.Clock.GetUtcNow(),
            Tenant = plane.Settings.Tenant,
            Origin = plane.Ledger.Origin,
            LogKey = plane.Ledger.HeadKey.ToString(),
            Version = Version,
            Started = plane.Started,
            Refusing = code?.ToCode(),
            Detail = damage.Found ?? detail,
            Entries = state.Size,
            Indexed = keeper.Size,
            IndexFailure = keeper.Failure,
            Snapshot = snapshot.Law.IsInForce ? snapshot.Digest.ToHex() : null,
            Policies = snapshot.Law.Policies.Policies.Length,
            Points = plane.Boots.All.Count(),
            Leases = plane.Leases.Running.Length,
            HasDemo = demo.Show() is not null,
            Halts = Halts,
            Proved = Proved,
            Troubles = Troubles,
        };
    }

    /// <summary>The plane is there. The same for all who listen, made anew four times a second at most.</summary>
    public BeatView Beat()
    {
        if (Volatile.Read(ref _beat) is { } made && plane.Clock.GetElapsedTime(made.At) < BeatOf)
        {
            return made.Beat;
        }

        var beat = MakeBeat();
        Volatile.Write(ref _beat, new Made(plane.Clock.GetTimestamp(), beat));
        return beat;
    }

    private BeatView MakeBeat() => new(plane.Clock.GetUtcNow(), plane.Ledger.State.Size, Refusing.Code?.ToCode(), plane.Stops.Standing.Halts.Length, Proved) { Troubles = Troubles };

    private sealed record Made(long At, BeatView Beat);

    private static string Named(PointView point) => $"point {point.Id}";

    private DateTimeOffset? Before(long? ms) => ms is { } known ? plane.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(known) : null;
}
