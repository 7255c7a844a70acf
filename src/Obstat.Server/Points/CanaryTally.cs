using System.Collections.Immutable;
using System.Security.Cryptography;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;

namespace Obstat.Server.Points;

/// <summary>
/// The forbidden probes of one boot that were refused as they must be and have no entry of their own yet: the next entry of a probe tells their numbers. Until a permitted
/// probe was recorded each has its own entry, because a point that lost the answer is not armed yet; and so has always one that was not refused as it must be. Safe for concurrent use.
/// </summary>
internal sealed class CanaryTally
{
    /// <summary>Probes that one entry may stand for; a further one gets its own.</summary>
    public const int ProbesMax = 64;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Digest> _denied = [];
    private bool _armed;

    /// <summary>Counts a refused probe. False: it must have an entry of its own.</summary>
    public bool TryCount(long seq, Digest body)
    {
        lock (_lock)
        {
            return _armed && _denied.Count < ProbesMax && _denied.TryAdd(seq, body);
        }
    }

    /// <summary>What the entry of a probe stands for: itself, and all that were counted.</summary>
    /// <param name="tool">The probe.</param>
    public CanaryFacts Facts(string tool)
    {
        lock (_lock)
        {
            var probes = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
            if (_denied.Count > 0)
            {
                probes[CanaryProbe.Forbidden] = _denied.Count;
            }

            probes[tool] = probes.GetValueOrDefault(tool) + 1;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var body in _denied.Values)
            {
                hash.AppendData(body.ToArray());
            }

            return new CanaryFacts(probes.ToImmutable(), Ranges(_denied.Keys), Digest.TryFromBytes(hash.GetHashAndReset(), out var digest) ? digest : default);
        }
    }

    /// <summary>An entry that stands for these is in the ledger.</summary>
    /// <param name="facts">What it stands for.</param>
    /// <param name="isPermitted">Whether it is the permitted probe's: the point has what it must have by then.</param>
    public void Recorded(CanaryFacts facts, bool isPermitted)
    {
        lock (_lock)
        {
            _armed |= isPermitted;
            foreach (var seq in _denied.Keys.Where(seq => facts.Ranges.Any(r => r.First <= seq && seq <= r.Last)).ToArray())
            {
                _ = _denied.Remove(seq);
            }
        }
    }

    private static ImmutableArray<SeqRange> Ranges(IEnumerable<long> ascending)
    {
        var ranges = ImmutableArray.CreateBuilder<SeqRange>();
        foreach (var seq in ascending)
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == seq)
            {
                ranges[^1] = ranges[^1] with { Last = seq };
            }
            else
            {
                ranges.Add(new SeqRange(seq, seq));
            }
        }

        return ranges.DrainToImmutable();
    }
}
