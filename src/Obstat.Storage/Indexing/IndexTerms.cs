using System.Collections.Immutable;

namespace Obstat.Storage.Indexing;

/// <summary>A filter in the numbers of the index. Zero is no term; times are milliseconds since 1970.</summary>
internal readonly record struct IndexTerms(bool? Allowed, int Reason, int Action, int Principal, int Tool, int Point, long From, long To)
{
    /// <summary>The terms as the columns of the table, each with what it must be.</summary>
    internal ImmutableArray<(DecisionFacet Facet, string Column, long Value)> Columns()
    {
        var columns = ImmutableArray.CreateBuilder<(DecisionFacet, string, long)>();
        if (Allowed is { } allowed)
        {
            columns.Add((DecisionFacet.Verdict, "allowed", allowed ? 1 : 0));
        }

        foreach (var (facet, column, value) in (ReadOnlySpan<(DecisionFacet, string, int)>)
            [(DecisionFacet.Reason, "reason", Reason), (DecisionFacet.Action, "action", Action), (DecisionFacet.Principal, "principal", Principal), (DecisionFacet.Tool, "tool", Tool), (DecisionFacet.Point, "point", Point)])
        {
            if (value != 0)
            {
                columns.Add((facet, column, value));
            }
        }

        return columns.DrainToImmutable();
    }

    /// <summary>The one facet whose term a row misses; <see cref="DecisionFacet.None"/> where it misses none, null where it misses several.</summary>
    /// <param name="row">The row; its time is not looked at.</param>
    /// <param name="allowedReason">The word that allows have for a reason.</param>
    internal DecisionFacet? Missed(in ChunkRow row, int allowedReason)
    {
        var missed = DecisionFacet.None;
        var count = 0;
        if (Allowed is { } allowed && (row.Reason == allowedReason) != allowed)
        {
            (missed, count) = (DecisionFacet.Verdict, count + 1);
        }

        if (Reason != 0 && row.Reason != Reason)
        {
            (missed, count) = (DecisionFacet.Reason, count + 1);
        }

        if (Action != 0 && row.Action != Action)
        {
            (missed, count) = (DecisionFacet.Action, count + 1);
        }

        if (Principal != 0 && row.Principal != Principal)
        {
            (missed, count) = (DecisionFacet.Principal, count + 1);
        }

        if (Tool != 0 && row.Tool != Tool)
        {
            (missed, count) = (DecisionFacet.Tool, count + 1);
        }

        if (Point != 0 && row.Point != Point)
        {
            (missed, count) = (DecisionFacet.Point, count + 1);
        }

        return count > 1 ? null : missed;
    }

    /// <summary>Whether a time is asked for.</summary>
    internal bool Holds(long time) => time >= From && time < To;
}
