using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>One enforcement point: what it said of itself, what the plane saw of it.</summary>
internal sealed class PointFace(FaceSources plane, FaceRows rows, Standing standing)
{
    private const int NewestMax = 10;
    private const int LookedMax = 500;
    private static readonly TimeSpan RefusedOf = TimeSpan.FromHours(1);

    /// <summary>All of it; null where no such point ever registered.</summary>
    public PointDetailView? Show(Desk desk, string id, Role role)
    {
        if (standing.Points.FirstOrDefault(p => p.Id == id) is not { } point || !plane.Ledger.State.Boots.TryGetValue(point.Boot, out var boot))
        {
            return null;
        }

        var snapshot = plane.Snapshots.Current.Snapshot;
        var live = plane.Boots.TryGet(id, point.Boot, out var found) ? found : null;
        var said = live?.Said;
        var filter = new DecisionFilter { Point = id };
        var refused = desk.Index.Count(filter with { Allowed = false, From = plane.Clock.GetUtcNow() - RefusedOf }, ReasonTable.Entries.Length).Facets[DecisionFacet.Reason];
        return new PointDetailView
        {
            Point = point,
            Registered = boot.Registration.Time.Time,
            RegisteredBuild = boot.Registration.Build.ToHex(),
            RegisteredConfig = live?.Registration.Config.ToHex(),
            SnapshotInForce = snapshot.Law.IsInForce ? snapshot.Digest.ToHex() : null,
            Epoch = said?.Policy.Epoch,
            OrdersHead = said?.Policy.OrdersHead,
            Halts = said?.Policy.Halts ?? [],
            StopMs = said?.Policy.StopMicroseconds.ToImmutableSortedDictionary(s => s.Key.ToString().ToLowerInvariant(), s => s.Value / 1_000.0, StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, double>.Empty,
            Effective = said?.Token,
            Latencies = [.. plane.Meter.Latencies.Each(id).Select(l => new LatencyView(l.At, l.Decisions, l.P99))],
            Refused = [.. refused.Where(r => r.Value.Length > 0).Select(r => new FacetValueView(r.Value, r.Value, r.Count))],
            Newest = rows.Rows(desk, desk.Index.Decisions(filter, null, NewestMax), filter, role),
            Probes = Links(desk, DecisionIndex.CanaryType, s => (s as DecisionStatement)?.Ep.Id == id),
            Boots = Links(desk, EnforcementPointStatement.TypeName, s => (s as EnforcementPointStatement)?.Ep.Id == id),
        };
    }

    private static ImmutableArray<LinkView> Links(Desk desk, string type, Func<Statement?, bool> isOfPoint)
        => [.. desk.Index.Events(type, null, LookedMax).Select(i => ReadEntry.Of(desk, i)).Where(r => isOfPoint(r.Written?.Statement)).Take(NewestMax).Select(r => EntryWords.Link(r))];
}
