using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>Lists of decisions: places from the index, rows from proven entries, counts from the index.</summary>
internal sealed class DecisionsFace(FaceSources plane, FaceRows rows, Sealed opened, Standing standing)
{
    private const int FacetValues = 12;
    private const int OverviewRefusals = 10;
    private const int OverviewHours = 24;

    private static readonly (DecisionFacet Facet, string Parameter)[] Facets =
    [
        (DecisionFacet.Verdict, "verdict"), (DecisionFacet.Reason, "reason"), (DecisionFacet.Action, "action"), (DecisionFacet.Tool, "tool"), (DecisionFacet.Principal, "principal"), (DecisionFacet.Point, "point"),
    ];

    /// <summary>A page of decisions.</summary>
    public DecisionsView List(Desk desk, DecisionFilter filter, long? after, int limit, bool withFacets, Role role)
    {
        var size = desk.Index.Size();
        var found = rows.Rows(desk, desk.Index.Decisions(filter, after, limit), filter, role);
        var counts = desk.Index.Count(filter, FacetValues + 1);
        return new DecisionsView(
            found,
            found.Length == limit ? found[^1].Entry : null,
            counts.Count,
            desk.Index.Total(),
            withFacets ? [.. Facets.Select(f => new FacetView(f.Parameter, Values(desk, f.Facet, counts.Facets[f.Facet])))] : [],
            SizeOf(size, found));
    }

    /// <summary>Probes that have an entry of their own: what else they stand for, the entry says.</summary>
    public DecisionsView Probes(Desk desk, long? after, int limit, Role role)
    {
        var size = desk.Index.Size();
        var found = rows.Rows(desk, desk.Index.Events(DecisionIndex.CanaryType, after, limit), role);
        return new DecisionsView(found, found.Length == limit ? found[^1].Entry : null, desk.Index.EventCount(DecisionIndex.CanaryType), desk.Index.Total(), [], SizeOf(size, found));
    }

    /// <summary>What needs somebody now.</summary>
    public OverviewView Overview(Desk desk, Role role)
    {
        var now = plane.Clock.GetUtcNow();
        var first = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(1 - OverviewHours);
        var hours = desk.Index.Hours(first).ToLookup(h => h.Hour);
        var refused = new DecisionFilter { Allowed = false };
        return new OverviewView(
            [.. Enumerable.Range(0, OverviewHours).Select(i => first.AddHours(i)).Select(hour => new HourView(
                hour,
                hours[hour].Where(h => h.Reason.Length == 0).Sum(h => h.Count),
                [.. hours[hour].Where(h => h.Reason.Length > 0).OrderByDescending(h => h.Count).ThenBy(h => h.Reason, StringComparer.Ordinal).Select(h => new FacetValueView(h.Reason, h.Reason, h.Count))]))],
            rows.Rows(desk, desk.Index.Decisions(refused, null, OverviewRefusals), refused, role),
            standing.Points,
            plane.Ledger.State.Open.Count,
            desk.Index.EventCount(OrphanedStatement.TypeName),
            plane.Working.Until);
    }

    /// <summary>Executions by what became of them.</summary>
    public ExecutionsView Executions(Desk desk, string state, long? after, int limit, Role role)
    {
        var places = state switch
        {
            "running" => desk.Index.Executions("", after, limit),
            "orphaned" => desk.Index.Executions(DecisionIndex.Orphaned, after, limit),
            "refused" => desk.Index.Decisions(new() { Allowed = false }, after, limit),
            _ => desk.Index.Decisions(DecisionFilter.All, after, limit),
        };
        var found = rows.Rows(desk, places, role);
        return new ExecutionsView(found, found.Length == limit ? found[^1].Entry : null, plane.Ledger.State.Open.Count, desk.Index.EventCount(OrphanedStatement.TypeName));
    }

    // What was read between both questions stands on top of the list.
    private static long SizeOf(long size, ImmutableArray<DecisionRow> found) => found is [var newest, ..] && newest.Entry >= size ? newest.Entry + 1 : size;

    private ImmutableArray<FacetValueView> Values(Desk desk, DecisionFacet facet, ImmutableArray<FacetCount> counts)
        => [.. counts.Where(c => c.Value.Length > 0).Take(FacetValues).Select(c => new FacetValueView(c.Value, Label(desk, facet, c.Value) ?? c.Value, c.Count))];

    /// <summary>What a person reads for a pseudonym or a key: the name in the newest decision that has it and can be opened.</summary>
    private string? Label(Desk desk, DecisionFacet facet, string value)
    {
        var filter = facet switch
        {
            DecisionFacet.Principal => new DecisionFilter { Principal = value },
            DecisionFacet.Tool => new DecisionFilter { Tool = value },
            _ => null,
        };
        if (filter is null || desk.Index.Decisions(filter, null, 1) is not [var newest] || ReadEntry.Of(desk, newest).Written?.Statement is not DecisionStatement decision)
        {
            return null;
        }

        if (facet == DecisionFacet.Principal)
        {
            return opened.PrincipalOf(desk.Reader, decision);
        }

        return opened.Open(desk.Reader, decision, "request")?["action"] is { } action && Sealed.ServerOf(action) is { } server
            ? Sealed.NameOf(action) is { } name ? $"{server}/{name}" : server
            : null;
    }
}
