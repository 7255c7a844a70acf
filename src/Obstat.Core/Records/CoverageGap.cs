using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>Numbers of a boot that is over which never reached an entry: its point said them, or meant to, and the log does not know what they were.</summary>
/// <param name="Ep">The boot.</param>
/// <param name="From">When it was registered.</param>
/// <param name="To">When the next one was.</param>
/// <param name="Ranges">The numbers, ascending.</param>
public sealed record CoverageGap(PointBoot Ep, Timestamp From, Timestamp To, ImmutableArray<SeqRange> Ranges)
{
    /// <summary>The draft that records it. It refuses with <c>Late</c> where it is recorded already.</summary>
    public Draft ToDraft() => Draft.OfPlane(place => !place.State.Uncovered.ContainsKey(Ep.Boot)
        ? Composition.Refuse(Proof.Reasons.DenyReason.Late)
        : Composition.Of(new GapStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Kind = Kind,
            From = From,
            To = To,
            Ep = Ep,
            Ranges = Ranges.Length > RangesMax ? Ranges[..RangesMax] : Ranges,
            Counts = ImmutableSortedDictionary<string, long>.Empty,
            Halts = [],
            Why = "the boot is over and these numbers have no entry",
        }));

    internal const string Kind = "coverage";

    private const int RangesMax = 2_000; // of one statement; the rest becomes the next gap

    /// <summary>What is left to tell after an entry told these ranges; null where nothing is.</summary>
    internal CoverageGap? After(ImmutableArray<SeqRange> told)
        => Ranges.Except(told).ToImmutableArray() is { IsEmpty: false } left ? this with { Ranges = left } : null;
}
