using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof.Statements;

namespace Obstat.Server.Points;

/// <summary>Numbers that a boot used and no entry holds: asks that were lost on their way, messages that a killed plane never recorded. When the next boot registers they become a <c>gap</c> entry.</summary>
internal static class MissedNumbers
{
    private const int RangesMax = 10_000;

    /// <summary>The numbers from 1 to the last one known that have no entry, as ranges in order.</summary>
    public static ImmutableArray<SeqRange> Of(BootState over, long lastSeq)
    {
        var missed = ImmutableArray.CreateBuilder<SeqRange>();
        var next = 1L;
        foreach (var (first, last) in over.Used.Ranges)
        {
            if (first > next)
            {
                missed.Add(new SeqRange(next, first - 1));
            }

            next = last + 1;
        }

        if (lastSeq >= next)
        {
            missed.Add(new SeqRange(next, lastSeq));
        }

        return missed.DrainToImmutable();
    }

    /// <summary>The entry; null where no number is missing.</summary>
    public static Draft? Draft(BootState over, long lastSeq)
    {
        var missed = Of(over, lastSeq);
        return missed.IsEmpty ? null : Core.Records.Draft.OfPlane(place => Composition.Of(new GapStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Kind = "coverage",
            From = over.Registration.Time,
            To = place.Time,
            Ep = over.Registration.Ep,
            Ranges = [.. missed.Take(RangesMax)],
            Counts = ImmutableSortedDictionary<string, long>.Empty,
            Halts = [],
            Why = "the boot is over and these numbers have no entry",
        }));
    }
}
