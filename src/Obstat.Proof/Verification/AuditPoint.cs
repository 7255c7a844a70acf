using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>What one boot of an enforcement point said, by its numbers.</summary>
/// <param name="Id">The point.</param>
/// <param name="Boot">Its boot.</param>
/// <param name="CompleteTo">Every number from 1 to here has its entry; 0 where the first is missing.</param>
/// <param name="Last">The highest number that is known of.</param>
/// <param name="Missing">Numbers up to <paramref name="Last"/> without entry, that no gap entry tells.</param>
/// <param name="Told">Numbers without entry that a gap entry tells.</param>
/// <param name="Duplicate">Numbers with more than one entry.</param>
/// <param name="IsOver">Whether it closed, or a later boot of the same point registered: nothing more can come.</param>
/// <param name="IsClosed">Whether its last coverage statement says that it is the last: it stopped in order.</param>
/// <param name="Coverage">What it counted itself last; null where it counted nothing.</param>
public sealed record AuditPoint(
    string Id, string Boot, long CompleteTo, long Last, ImmutableArray<SeqRange> Missing, ImmutableArray<SeqRange> Told, ImmutableArray<SeqRange> Duplicate, bool IsOver, bool IsClosed, AuditCoverage? Coverage)
{
    /// <inheritdoc/>
    public override string ToString()
        => $"{Id} {Boot}: complete to {CompleteTo}"
            + (Missing.IsEmpty ? "" : $", missing {Words(Missing)}")
            + (Told.IsEmpty ? "" : $", told by a gap {Words(Told)}")
            + (Duplicate.IsEmpty ? "" : $", duplicate {Words(Duplicate)}")
            + (Coverage is null ? "" : $", {Coverage}")
            + (IsClosed ? ", closed" : IsOver ? ", not closed" : $", not covered yet > {Coverage?.Claimed.ThroughSeq ?? 0}");

    internal JsonValue ToJson() => JsonValue.Object(
        ("id", JsonValue.Of(Id)),
        ("boot", JsonValue.Of(Boot)),
        ("completeTo", JsonValue.Of(CompleteTo)),
        ("last", JsonValue.Of(Last)),
        ("missing", JsonValue.Array(Missing.Select(r => r.ToJson()))),
        ("told", JsonValue.Array(Told.Select(r => r.ToJson()))),
        ("duplicate", JsonValue.Array(Duplicate.Select(r => r.ToJson()))),
        ("over", JsonValue.Of(IsOver)),
        ("closed", JsonValue.Of(IsClosed)),
        ("coverage", Coverage?.ToJson() ?? JsonValue.Null));

    private static string Words(ImmutableArray<SeqRange> ranges) => $"[{string.Join(", ", ranges.Take(8).Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}-{r.Last}"))}{(ranges.Length > 8 ? ", .." : "")}]";
}
