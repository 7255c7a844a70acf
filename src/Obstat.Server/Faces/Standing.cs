using System.Collections.Immutable;
using System.Reflection;
using Obstat.Console.Api;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Faces;

/// <summary>How the plane is now: what it refuses with, who is connected, what is halted. Cheap, and asked without the index. Safe for concurrent use.</summary>
internal sealed class Standing(FaceSources plane, IndexKeeper keeper, Damage damage)
{
    private static readonly string Version = typeof(Standing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

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
                    var proof = connected is null ? null : shown.GetValueOrDefault(boot.Boot)?.Proof;
                    return new PointView(
                        p.Key, boot.Registration.Kind, boot.Boot, boot.Index.Value, connected is not null, connected?.Silence.TotalSeconds, state.Open.Values.Count(o => o.Boot == boot.Boot),
                        leases.GetValueOrDefault(p.Key), plane.Settings.Limits.Silence.TotalSeconds, Before(proof?.ClosedMs), Before(proof?.AllowedMs), proof?.Disarmed);
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
            var closed = Closedness.Of(points, (long)interval.TotalMilliseconds);
            var proved = points.Count(p => p.Proof?.ClosedMs is not null);
            return closed.State == ClosedState.Unknown || points.All(p => p.Proof is null) ? null
                : new ProvedView(proved < points.Length ? null : Before(closed.SinceMs), closed.State == ClosedState.Open, proved, interval.TotalSeconds);
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
            Halts = Halts,
            Proved = Proved,
        };
    }

    /// <summary>The plane is there.</summary>
    public BeatView Beat() => new(plane.Clock.GetUtcNow(), plane.Ledger.State.Size, Refusing.Code?.ToCode(), plane.Stops.Standing.Halts.Length, Proved);

    private DateTimeOffset? Before(long? ms) => ms is { } known ? plane.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(known) : null;
}
