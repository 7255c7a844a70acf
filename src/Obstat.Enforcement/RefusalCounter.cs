using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>Counts requests that were refused before the plane decided them, until the next report. Bounded; numbers beyond the bound stay unreported and become a gap. Safe for concurrent use.</summary>
internal sealed class RefusalCounter
{
    private readonly Lock _lock = new();
    private readonly List<SeqRange> _ranges = [];
    private readonly Dictionary<DenyReason, long> _counts = [];
    private readonly List<(long Seq, Digest Sample)> _samples = [];

    /// <summary>Counts one.</summary>
    /// <param name="seq">Its number.</param>
    /// <param name="reason">Why.</param>
    /// <param name="received">Digest of the bytes received; null where there is no sample.</param>
    public void Count(long seq, DenyReason reason, Digest? received)
    {
        lock (_lock)
        {
            if (!Join(seq))
            {
                return;
            }

            var code = reason == DenyReason.Undecided ? DenyReason.Fault : reason;
            _counts[code] = _counts.GetValueOrDefault(code) + 1;
            if (received is { } sample && _samples.Count < RefusalsReport.SamplesMax)
            {
                _samples.Add((seq, sample));
            }
        }
    }

    /// <summary>Takes what was counted as one report; null where there is nothing.</summary>
    public RefusalsReport? Take(PointBoot me)
    {
        lock (_lock)
        {
            if (_ranges.Count == 0)
            {
                return null;
            }

            var report = new RefusalsReport(new PointSeq(me.Id, me.Boot, _ranges[^1].Last), [.. _ranges], _counts.ToImmutableSortedDictionary(), [.. _samples.OrderBy(s => s.Seq).Select(s => s.Sample)]);
            _ranges.Clear();
            _counts.Clear();
            _samples.Clear();
            return report;
        }
    }

    /// <summary>Adds a number to the ranges, which stay ascending and apart.</summary>
    private bool Join(long seq)
    {
        var at = _ranges.FindLastIndex(r => r.First <= seq) + 1;
        var (before, after) = (at > 0 && _ranges[at - 1].Last + 1 == seq, at < _ranges.Count && seq + 1 == _ranges[at].First);
        if (before && after)
        {
            _ranges[at - 1] = new SeqRange(_ranges[at - 1].First, _ranges[at].Last);
            _ranges.RemoveAt(at);
        }
        else if (before)
        {
            _ranges[at - 1] = _ranges[at - 1] with { Last = seq };
        }
        else if (after)
        {
            _ranges[at] = _ranges[at] with { First = seq };
        }
        else if (_ranges.Count < RefusalsReport.RangesMax)
        {
            _ranges.Insert(at, new SeqRange(seq, seq));
        }
        else
        {
            return false;
        }

        return true;
    }
}
