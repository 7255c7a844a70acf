using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// What one boot of an enforcement point said, by its numbers: each number once, and two chains of statement digests, one of decisions (made by the sequencer, in the order of the log)
/// and one of its own reports (made by the point, in the order of its numbers). What the point counted itself is counted again.
/// </summary>
/// <param name="first">Index of the entry that told of the boot first.</param>
public sealed class PointNumbers(long first = 0)
{
    private readonly List<SeqRange> _twice = [];
    private readonly List<SeqRange> _taken = []; // ascending and apart, neighbours joined
    // Two links for each call of a log: values without references, which cost a collection nothing.
    private readonly List<Link> _decisions = [];
    private readonly List<Link> _reports = [];
    private readonly List<(long Index, CoverageStatement Statement)> _coverages = [];
    private long _reaches;

    /// <summary>Takes what an entry says of this boot. An error names the contradiction.</summary>
    public string? Take(long index, Statement statement, Digest digest)
    {
        switch (statement)
        {
            case DecisionStatement decision:
                _decisions.Add(new(index, index, digest, decision.Ep.Prev));
                return TakeRange(new(decision.Ep.Seq, decision.Ep.Seq), index)
                    ?? decision.Canary?.Ranges.Select(r => TakeRange(r, index)).FirstOrDefault(e => e is not null);
            case OutcomeStatement outcome:
                _reports.Add(new(outcome.Ep.Seq, index, digest, outcome.Ep.Prev, outcome.Effects.Calls));
                return TakeRange(new(outcome.Ep.Seq, outcome.Ep.Seq), index);
            case CoverageStatement coverage:
                _reports.Add(new(coverage.Ep.Seq, index, digest, coverage.Ep.Prev));
                _coverages.Add((index, coverage));
                return TakeRange(new(coverage.Ep.Seq, coverage.Ep.Seq), index);
            case RefusalsStatement refusals:
                return refusals.Ranges.Select(r => TakeRange(r, index)).FirstOrDefault(e => e is not null);
            default:
                return null;
        }
    }

    /// <summary>Judges the chains when all entries are taken.</summary>
    /// <param name="missing">What is not here: numbers, and links before the first.</param>
    /// <returns>The contradiction, or null.</returns>
    public string? Judge(out List<string> missing)
    {
        missing = [];
        var (decisions, reports) = (InOrder(_decisions), InOrder(_reports));
        var known = new Lazy<HashSet<Digest>>(() => [.. decisions.Concat(reports).Select(l => l.Digest)]); // a whole log never asks
        var error = JudgeChain(decisions, known, missing) ?? JudgeChain(reports, known, missing);
        var next = 1L;
        foreach (var (first, last) in _taken)
        {
            if (first > next)
            {
                missing.Add(first == next + 1 ? $"number {next}" : $"numbers {next} to {first - 1}");
            }

            next = last + 1;
        }

        return error;
    }

    /// <summary>What the point counted, against what is here. Each contradiction, in the order of its coverage statements: numbers that are missing here contradict nothing.</summary>
    public IEnumerable<string> JudgeCounts()
    {
        var count = Counter();
        foreach (var (index, claim) in _coverages)
        {
            var recorded = count(claim.ThroughSeq);
            var error = claim.Asks + claim.Reports != claim.ThroughSeq ? $"entry {index}: counts {claim.Asks} asks and {claim.Reports} reports in {claim.ThroughSeq} numbers"
                : recorded.Asks > claim.Asks ? Miscounted(index, "asks", claim.Asks, claim.ThroughSeq, recorded.Asks)
                : recorded.Reports > claim.Reports ? Miscounted(index, "reports", claim.Reports, claim.ThroughSeq, recorded.Reports)
                : recorded.Effects > claim.Effects || (recorded.Reports == claim.Reports && recorded.Effects != claim.Effects) ? Miscounted(index, "effects", claim.Effects, claim.ThroughSeq, recorded.Effects)
                : claim.Final && Last > claim.Ep.Seq ? $"entry {index}: says it is the last of its boot, number {Last} came after it"
                : null;
            if (error is not null)
            {
                yield return error;
            }
        }
    }

    /// <summary>What the point counted last, with what is here of it; null where it counted nothing.</summary>
    public AuditCoverage? Coverage => _coverages.Count == 0 ? null : new(_coverages[^1].Index, _coverages[^1].Statement, Counter()(_coverages[^1].Statement.ThroughSeq));

    /// <summary>Whether the point said that it says nothing more.</summary>
    public bool IsClosed => _coverages.Exists(c => c.Statement.Final);

    /// <summary>Counts what is here to a number. A statement a minute asks for it, so reports are added up once.</summary>
    private Func<long, (long Asks, long Reports, long Effects)> Counter()
    {
        var reports = InOrder(_reports);
        var effects = new long[reports.Count + 1];
        for (var i = 0; i < reports.Count; i++)
        {
            effects[i + 1] = effects[i] + reports[i].Calls;
        }

        return through =>
        {
            var at = reports.BinarySearch(new Link(through, 0, default, null), ByOrder);
            var count = at < 0 ? ~at : at + 1;
            var numbers = _taken.TakeWhile(t => t.First <= through).Sum(t => Math.Min(t.Last, through) - t.First + 1);
            return (numbers - count, count, effects[count]);
        };
    }

    private static string Miscounted(long index, string what, long claimed, long through, long recorded)
        => $"entry {index}: counts {claimed} {what} through number {through}, {recorded} are recorded: {Math.Abs(recorded - claimed)} {(recorded > claimed ? "orphaned" : "missing")}";

    /// <summary>Index of the entry that told of the boot first.</summary>
    public long First => first;

    /// <summary>The highest number that is known of.</summary>
    public long Last => Math.Max(_reaches, _taken.Count == 0 ? 0 : _taken[^1].Last);

    /// <summary>Numbers up to <see cref="Last"/> that no entry has.</summary>
    public ImmutableArray<SeqRange> Missing
    {
        get
        {
            var missing = ImmutableArray.CreateBuilder<SeqRange>();
            var next = 1L;
            foreach (var (begin, end) in _taken.Append(new SeqRange(Last + 1, Last + 1)))
            {
                if (begin > next)
                {
                    missing.Add(new SeqRange(next, begin - 1));
                }

                next = end + 1;
            }

            return missing.DrainToImmutable();
        }
    }

    /// <summary>Numbers that came again.</summary>
    public ImmutableArray<SeqRange> Twice => [.. _twice];

    /// <summary>Tells that the point itself knows of numbers up to this one.</summary>
    public void Reaches(long last) => _reaches = Math.Max(_reaches, last);

    /// <summary>The links by their order: decisions in that of the log, reports in that of the point's numbers, of which one that came twice counts where it came last.</summary>
    private static List<Link> InOrder(List<Link> links)
    {
        for (var i = 1; i < links.Count; i++)
        {
            if (links[i].Order <= links[i - 1].Order)
            {
                return [.. links.GroupBy(l => l.Order).OrderBy(l => l.Key).Select(l => l.Last())];
            }
        }

        return links;
    }

    /// <summary>Follows one chain. A link to something known of this boot, in this chain or in the other, that is not the link before contradicts; one to something unknown is missing.</summary>
    private static string? JudgeChain(List<Link> links, Lazy<HashSet<Digest>> known, List<string> missing)
    {
        for (var i = 0; i < links.Count; i++)
        {
            var (_, index, _, prev, _) = links[i];
            if (prev is null && i > 0)
            {
                return $"entry {index}: says it is the first of its chain, entry {links[0].Index} is earlier";
            }

            if (prev is { } before && (i == 0 || links[i - 1].Digest != before))
            {
                if (known.Value.Contains(before))
                {
                    return $"entry {index}: its chain joins a wrong entry";
                }

                missing.Add($"what entry {index} follows");
            }
        }

        return null;
    }

    private readonly record struct Link(long Order, long Index, Digest Digest, Digest? Prev, long Calls = 0);

    private string? TakeRange(SeqRange range, long index)
    {
        var at = _taken.BinarySearch(range, ByFirst);
        at = at < 0 ? ~at : at;
        if ((at < _taken.Count && _taken[at].First <= range.Last) || (at > 0 && _taken[at - 1].Last >= range.First))
        {
            _twice.Add(range);
            return $"number {range.First} occurs twice, again in entry {index}";
        }

        var joined = range;
        if (at < _taken.Count && _taken[at].First == joined.Last + 1)
        {
            joined = joined with { Last = _taken[at].Last };
            _taken.RemoveAt(at);
        }

        if (at > 0 && _taken[at - 1].Last + 1 == joined.First)
        {
            _taken[at - 1] = _taken[at - 1] with { Last = joined.Last };
        }
        else
        {
            _taken.Insert(at, joined);
        }

        return null;
    }

    private static readonly Comparer<Link> ByOrder = Comparer<Link>.Create(static (a, b) => a.Order.CompareTo(b.Order));

    private static readonly Comparer<SeqRange> ByFirst = Comparer<SeqRange>.Create(static (a, b) => a.First.CompareTo(b.First));
}
