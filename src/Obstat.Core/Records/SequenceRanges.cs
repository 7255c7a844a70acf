using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Core.Records;

/// <summary>The message numbers of one boot that have an entry, as closed ranges in order. Immutable; as small as the numbers are whole.</summary>
public sealed class SequenceRanges
{
    private readonly ImmutableArray<(long First, long Last)> _ranges;

    private SequenceRanges(ImmutableArray<(long First, long Last)> ranges) => _ranges = ranges;

    /// <summary>No number was used.</summary>
    public static SequenceRanges Empty { get; } = new([]);

    /// <summary>Ranges that were kept. Refuses what this type does not give: empty, unordered, adjacent or touching ones.</summary>
    internal static bool TryOf(ImmutableArray<(long First, long Last)> ranges, [NotNullWhen(true)] out SequenceRanges? made)
    {
        var before = -1L;
        foreach (var (first, last) in ranges)
        {
            if (first < 1 || last < first || first <= before + 1)
            {
                made = null;
                return false;
            }

            before = last;
        }

        made = new(ranges);
        return true;
    }

    /// <summary>The ranges, ascending, never adjacent.</summary>
    public ImmutableArray<(long First, long Last)> Ranges => _ranges;

    /// <summary>The highest number used; 0 where there is none.</summary>
    public long Last => _ranges.IsEmpty ? 0 : _ranges[^1].Last;

    /// <summary>The numbers from 1 to <paramref name="last"/>, or to the highest used where that is more, that were not used; ascending.</summary>
    public ImmutableArray<(long First, long Last)> Missing(long last)
    {
        var missing = ImmutableArray.CreateBuilder<(long First, long Last)>();
        var next = 1L;
        foreach (var range in _ranges)
        {
            if (range.First > next)
            {
                missing.Add((next, range.First - 1));
            }

            next = range.Last + 1;
        }

        if (last >= next)
        {
            missing.Add((next, last));
        }

        return missing.DrainToImmutable();
    }

    /// <summary>Whether any number from first to last was used.</summary>
    public bool Touches(long first, long last)
    {
        for (var i = _ranges.Length - 1; i >= 0 && _ranges[i].Last >= first; i--)
        {
            if (_ranges[i].First <= last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>These ranges and the numbers from first to last, of which none was used before. Throws for an empty range and for a number used twice.</summary>
    public SequenceRanges With(long first, long last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        if (Touches(first, last))
        {
            throw new ArgumentException("a number is used once", nameof(first));
        }

        var at = _ranges.Length;
        while (at > 0 && _ranges[at - 1].First > last)
        {
            at--;
        }

        var joinsLeft = at > 0 && _ranges[at - 1].Last == first - 1;
        var joinsRight = at < _ranges.Length && _ranges[at].First == last + 1;
        return new((joinsLeft, joinsRight) switch
        {
            (true, true) => _ranges.SetItem(at - 1, (_ranges[at - 1].First, _ranges[at].Last)).RemoveAt(at),
            (true, false) => _ranges.SetItem(at - 1, (_ranges[at - 1].First, last)),
            (false, true) => _ranges.SetItem(at, (first, _ranges[at].Last)),
            _ => _ranges.Insert(at, (first, last)),
        });
    }
}
