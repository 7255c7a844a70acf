using System.Diagnostics.Metrics;
using Obstat.Console.Api;
using Obstat.Proof.Reasons;
using Obstat.Server.Faces;

namespace Obstat.Server.Telemetry;

/// <summary>What is looked up when somebody measures: sizes, ages, states. Never a principal, a tool or an argument.</summary>
internal static class PlaneGauges
{
    private static Measurement<T> Tagged<T>(T value, params ReadOnlySpan<(string Name, string Value)> tags)
        where T : struct
    {
        var pairs = new KeyValuePair<string, object?>[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            pairs[i] = new(tags[i].Name, tags[i].Value);
        }

        return new Measurement<T>(value, pairs);
    }

    private static IEnumerable<Measurement<double>> Ages(PointView point, DateTimeOffset now)
    {
        foreach (var (kind, at) in new[] { ("deny", point.Denied), ("allow", point.Allowed) })
        {
            if (at is { } passed)
            {
                yield return Tagged((now - passed).TotalSeconds, ("point", point.Id), ("kind", kind));
            }
        }
    }

    /// <summary>Adds them to a meter.</summary>
    public static void Add(Meter meter, FaceSources plane, Standing standing, IndexKeeper keeper)
    {
        var (wall, steady) = (plane.Clock.GetUtcNow(), plane.Clock.GetTimestamp());
        _ = meter.CreateObservableGauge(
            "obstat.clock.skew", () => (plane.Clock.GetUtcNow() - wall - plane.Clock.GetElapsedTime(steady)).TotalSeconds, "s", "How far the wall clock moved from the steady one since the start of the plane.");
        _ = meter.CreateObservableGauge(
            "obstat.replay.cache", () => plane.Boots.All.Select(b => Tagged(b.Kept, ("point", b.Point.Id))), description: "Answers that are kept: an ask that comes again under its number gets the same one, and is not decided twice.");
        _ = meter.CreateObservableGauge("obstat.ledger.size", () => plane.Ledger.State.Size, description: "Entries of the ledger.");
        _ = meter.CreateObservableGauge("obstat.index.lag", () => plane.Ledger.State.Size - keeper.Size, description: "Entries that the derived index has not read.");
        _ = meter.CreateObservableGauge("obstat.leases", () => plane.Leases.Running.Length, description: "Executions that run under a lease.");
        _ = meter.CreateObservableGauge("obstat.open", () => plane.Ledger.State.Open.Count, description: "Allows without an outcome.");
        _ = meter.CreateObservableGauge("obstat.halts", () => standing.Halts.Length, description: "Halts in force.");
        _ = meter.CreateObservableCounter("obstat.orphans", () => keeper.Orphans, description: "Allows that were closed without an outcome.");
        _ = meter.CreateObservableGauge("obstat.damage", () => standing.Damaged is null ? 0 : 1, description: "1: something in the ledger's file is not what was signed.");
        _ = meter.CreateObservableGauge("obstat.serving", () => standing.Refusing.Code is null ? 1 : 0, description: "1: asks are decided; 0: all are refused.");
        _ = meter.CreateObservableGauge(
            "obstat.refusing", () => standing.Refusing.Code is { } code ? [new Measurement<int>(1, new KeyValuePair<string, object?>("reason", code.ToCode()))] : Array.Empty<Measurement<int>>(),
            description: "1 with the code that every ask is refused with.");
        _ = meter.CreateObservableGauge(
            "obstat.points", () => standing.Points.Select(p => new Measurement<int>(p.IsConnected ? 1 : 0, new KeyValuePair<string, object?>("point", p.Id))), description: "1: the enforcement point is connected; 0: it is away, and refuses.");
        _ = meter.CreateObservableGauge("obstat.key.expiry", () => Tagged((plane.Working.Until - plane.Clock.GetUtcNow()).TotalSeconds, ("key", "working")), "s", "Until a key of the plane ends.");
        _ = meter.CreateObservableGauge("obstat.ledger.lag", () => plane.Ledger.Lag.TotalSeconds, "s", "How long appends wait without one of them being answered.");
        _ = meter.CreateObservableCounter("obstat.sheds", () => plane.Queue.Shed, description: "Asks that were refused before any signature was looked at, because too many came.");
        _ = meter.CreateObservableCounter(
            "obstat.lease.ends", () => plane.Leases.Ends.Select(e => Tagged(e.Value, ("event", e.Key.Event), ("code", e.Key.Code))), description: "Leases that this start ended, by how and why.");
        _ = meter.CreateObservableGauge(
            "obstat.canary.age",
            () => standing.Points.SelectMany(p => Ages(p, plane.Clock.GetUtcNow())),
            "s", "Since a point's last probe that passed: deny, an action that nothing permits was refused; allow, a permitted one passed.");
        _ = meter.CreateObservableCounter("obstat.canary.open", () => standing.Points.Select(p => Tagged(p.Effects, ("point", p.Id))), description: "Effects of probes that must have none: above 0 a point was open.");
        _ = meter.CreateObservableGauge("obstat.drift", () => standing.Points.Select(p => Tagged(p.DriftSeconds ?? 0, ("point", p.Id))), "s", "Since a point enforces by something else than the plane published; 0 while it does not.");
        _ = meter.CreateObservableGauge(
            "obstat.trust.age",
            () => plane.Snapshots.Current is var current
                ? current.Snapshot.Trust.Issuers.Keys.Select(i => (Issuer: i, Age: current.Freshness.AgeOf(i, plane.Clock.GetUtcNow()))).Where(i => i.Age is not null)
                    .Select(i => new Measurement<double>(i.Age!.Value, new KeyValuePair<string, object?>("source", i.Issuer)))
                : [],
            "s", "Since an issuer's keys were read.");
    }
}
