using System.Buffers.Binary;

namespace Obstat.Storage.Indexing;

/// <summary>Counts the rows of chunks under several terms: a row that fits counts for every facet, a row that only misses the term of one facet counts for that one.</summary>
internal sealed class FacetCounting
{
    private readonly IndexTerms _terms;
    private readonly int _allowedReason;
    private readonly long[] _verdicts = new long[2];
    private readonly long[] _reasons;
    private readonly long[] _actions;
    private readonly long[] _principals;
    private readonly long[] _tools;
    private readonly long[] _points;

    internal FacetCounting(IndexTerms terms, int allowedReason, int lastWord)
    {
        (_terms, _allowedReason) = (terms, allowedReason);
        (_reasons, _actions, _principals, _tools, _points) = (new long[lastWord + 1], new long[lastWord + 1], new long[lastWord + 1], new long[lastWord + 1], new long[lastWord + 1]);
    }

    /// <summary>Rows that fit.</summary>
    internal long Count { get; private set; }

    internal void Add(ReadOnlySpan<byte> chunk)
    {
        for (; chunk.Length >= ChunkRow.Length; chunk = chunk[ChunkRow.Length..])
        {
            var row = ChunkRow.Read(chunk);
            if (!_terms.Holds(row.Time) || _terms.Missed(row, _allowedReason) is not { } missed)
            {
                continue;
            }

            if (missed == DecisionFacet.None)
            {
                Count++;
            }

            Add(row, missed);
        }
    }

    /// <summary>Counts the rows that have one value in the column of a facet, which is the only term.</summary>
    internal void AddFitting(ReadOnlySpan<byte> chunk, DecisionFacet facet, int value)
    {
        var column = ChunkRow.ColumnOf(facet);
        for (; chunk.Length >= ChunkRow.Length; chunk = chunk[ChunkRow.Length..])
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(chunk[column..]) == value)
            {
                AddFitting(ChunkRow.Read(chunk));
            }
        }
    }

    /// <summary>Counts a row that fits.</summary>
    internal void AddFitting(in ChunkRow row)
    {
        Count++;
        Add(row, DecisionFacet.None);
    }

    /// <summary>The values of a facet with most rows, most first.</summary>
    internal IEnumerable<(int Value, long Count)> Most(DecisionFacet facet, int limit)
    {
        var counts = facet switch
        {
            DecisionFacet.Verdict => _verdicts,
            DecisionFacet.Reason => _reasons,
            DecisionFacet.Action => _actions,
            DecisionFacet.Principal => _principals,
            DecisionFacet.Tool => _tools,
            _ => _points,
        };
        var best = new PriorityQueue<int, (long Count, int Last)>();
        for (var value = 0; value < counts.Length; value++)
        {
            if (counts[value] > 0)
            {
                // The smallest of the best so far stands in front.
                best.Enqueue(value, (counts[value], -value));
                if (best.Count > limit)
                {
                    _ = best.Dequeue();
                }
            }
        }

        return best.UnorderedItems.OrderByDescending(b => b.Priority).Select(b => (b.Element, b.Priority.Count));
    }

    private void Add(in ChunkRow row, DecisionFacet missed)
    {
        Add(missed, DecisionFacet.Verdict, _verdicts, row.Reason == _allowedReason ? 1 : 0);
        Add(missed, DecisionFacet.Reason, _reasons, row.Reason);
        Add(missed, DecisionFacet.Action, _actions, row.Action);
        Add(missed, DecisionFacet.Principal, _principals, row.Principal);
        Add(missed, DecisionFacet.Tool, _tools, row.Tool);
        Add(missed, DecisionFacet.Point, _points, row.Point);
    }

    // A word that came after the last one was looked up is counted with the next question.
    private static void Add(DecisionFacet missed, DecisionFacet facet, long[] counts, int value)
    {
        if ((missed == DecisionFacet.None || missed == facet) && (uint)value < (uint)counts.Length)
        {
            counts[value]++;
        }
    }
}
