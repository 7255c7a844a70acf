using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Proof.Statements;

namespace Obstat.Server.Faces;

/// <summary>The ledger itself: head, gaps, orphans, keys, and its newest entries of every type.</summary>
internal sealed class LedgerFace(FaceSources plane, IndexKeeper keeper, Damage damage)
{
    private const int ListMax = 20;

    /// <summary>All of it.</summary>
    /// <param name="desk">Where it is asked.</param>
    /// <param name="after">Entries below this index.</param>
    /// <param name="limit">At most so many.</param>
    public LedgerView Show(Desk desk, long? after, int limit)
    {
        var state = plane.Ledger.State;
        var last = Math.Min(after ?? state.Size, state.Size);
        var first = Math.Max(0, last - limit);
        return new LedgerView
        {
            Entries = state.Size,
            HeadSize = desk.Head?.Size,
            Root = desk.Head?.Root.ToHex(),
            Head = desk.Head is null ? null : plane.Ledger.Head?.ToString(),
            Indexed = keeper.Size,
            Failure = plane.Ledger.Failure ?? damage.Found,
            Running = state.Open.Count,
            Orphans = desk.Index.EventCount(OrphanedStatement.TypeName),
            Gaps = desk.Index.EventCount(GapStatement.TypeName),
            Orphaned = Links(desk, desk.Index.Events(OrphanedStatement.TypeName, null, ListMax)),
            GapEntries = Links(desk, desk.Index.Events(GapStatement.TypeName, null, ListMax)),
            KeySets =
            [
                .. state.KeySets.Reverse().Take(ListMax).Select(k => new KeySetView(k.Index.Value, k.Set.From.Time, k.Set.Until.Time, [.. k.Set.Keys.Select(key => $"{key.Role} {key.Kid}")])),
            ],
            Newest = Links(desk, Enumerable.Range(0, (int)(last - first)).Select(i => last - 1 - i)),
            Next = first > 0 ? first : null,
        };
    }

    private static ImmutableArray<LinkView> Links(Desk desk, IEnumerable<long> places) => [.. places.Select(i => EntryWords.Link(ReadEntry.Of(desk, i)))];
}
