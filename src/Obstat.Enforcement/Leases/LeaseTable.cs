using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// The leases of one boot of a point, with the beats that were sent and not answered. Pure but for its lock: times and chance are arguments. What an answer says counts only if it answers
/// an outstanding beat of this boot, by number and nonce, under no older epoch. Safe for concurrent use.
/// </summary>
public sealed class LeaseTable(PointBoot me, StopTimes times)
{
    /// <summary>Beats without an answer that are remembered; older ones can no longer be answered.</summary>
    public const int OutstandingMax = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HeldLease> _byId = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, SentBeat> _sent = [];
    private readonly DeadlineWheel _wheel = new();
    private long _n;
    private long _epoch;

    /// <summary>Leases that are held, stopped ones included until their execution is closed.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>The highest epoch that a signed message named.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The next number of a beat or an opening.</summary>
    public long NextN() => Interlocked.Increment(ref _n);

    /// <summary>Whether a signed message speaks under an epoch that is not over; a higher one is remembered.</summary>
    public bool TakesEpoch(long epoch)
    {
        for (var before = Volatile.Read(ref _epoch); epoch > before;)
        {
            var seen = Interlocked.CompareExchange(ref _epoch, epoch, before);
            before = seen == before ? epoch : seen;
        }

        return epoch == Volatile.Read(ref _epoch);
    }

    /// <summary>Holds a lease from the ask whose answer permitted it. Null: its epoch is over, or its id is held.</summary>
    /// <param name="terms">The lease of the permit.</param>
    /// <param name="execution">The execution.</param>
    /// <param name="kind">How it is stopped.</param>
    /// <param name="scopes">Everything by which it can be stopped.</param>
    /// <param name="sent">When that ask was sent, steady.</param>
    public HeldLease? Hold(LeaseTerms terms, string execution, LeaseClass kind, ImmutableArray<Scope> scopes, TimeSpan sent)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (!TakesEpoch(terms.Epoch))
        {
            return null;
        }

        var lease = new HeldLease(terms.Id, execution, kind, scopes, sent + TimeSpan.FromSeconds(terms.Ttl) - times.Margin(kind));
        lock (_lock)
        {
            if (!_byId.TryAdd(terms.Id, lease))
            {
                return null;
            }

            _wheel.Add(lease, lease.Deadline);
            return lease;
        }
    }

    /// <summary>Its execution is closed: nothing of it is held any more.</summary>
    public void Release(HeldLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_lock)
        {
            _ = _byId.Remove(lease.Id);
        }
    }

    /// <summary>The beats that renew everything that holds; none where nothing does.</summary>
    /// <param name="steady">Now: what is answered counts from here.</param>
    /// <param name="wall">Now, UTC.</param>
    /// <param name="nonce">Draws 128 random bits.</param>
    /// <param name="snapshot">The snapshot that the point was told.</param>
    /// <param name="seen">Size of the largest verified head.</param>
    /// <param name="orders">The last order applied.</param>
    public ImmutableArray<BeatRequest> NextBeats(TimeSpan steady, DateTimeOffset wall, Func<string> nonce, Digest snapshot, long seen, long orders)
    {
        ArgumentNullException.ThrowIfNull(nonce);
        lock (_lock)
        {
            var beats = ImmutableArray.CreateBuilder<BeatRequest>();
            foreach (var some in _byId.Values.Where(l => l.Reason == DenyReason.Undecided).Chunk(LeaseLimits.LeasesMax))
            {
                var asked = some.Select(l => (Lease: l, Seq: l.NextSeq())).ToArray();
                var sent = new SentBeat(nonce(), steady, asked);
                var n = NextN();
                _sent.Add(n, sent);
                beats.Add(new BeatRequest(me, n, sent.Nonce, wall.ToUnixTimeMilliseconds(), snapshot, seen, orders, [.. asked.Select(a => new BeatLease(a.Lease.Id, a.Seq))]));
            }

            while (_sent.Count > OutstandingMax)
            {
                _ = _sent.Remove(_sent.First().Key);
            }

            return beats.DrainToImmutable();
        }
    }

    /// <summary>Takes a verified answer to a beat. False: it answers none of ours, or speaks under an epoch that is over; nothing is renewed.</summary>
    public bool Take(SignedBeat beat, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(beat);
        SentBeat? sent;
        lock (_lock)
        {
            if (beat.Boot != me.Boot || !_sent.TryGetValue(beat.N, out sent) || sent.Nonce != beat.Nonce || sent.Asked.Length != beat.Leases.Length
                || sent.Asked.Zip(beat.Leases).Any(p => p.First.Lease.Id != p.Second.Id || p.First.Seq != p.Second.Seq) || !TakesEpoch(beat.Epoch))
            {
                return false;
            }

            _ = _sent.Remove(beat.N);
        }

        foreach (var ((lease, _), told) in sent.Asked.Zip(beat.Leases))
        {
            if (told.Reason is { } reason)
            {
                lease.End(reason, "beat", now, now);
            }
            else
            {
                _ = lease.TryExtend(sent.At, TimeSpan.FromMilliseconds(told.TtlMs), times.Margin(lease.Class), now);
            }
        }

        return true;
    }

    /// <summary>Takes the verified answer to the opening of a lease. False: it answers another, or under an epoch that is over.</summary>
    public bool Take(HeldLease lease, OpenedLease opened, long n, TimeSpan sent, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(opened);
        if (opened.Boot != me.Boot || opened.N != n || opened.Id != lease.Id || !TakesEpoch(opened.Epoch))
        {
            return false;
        }

        lease.IsOpened = true;
        lease.EndBy(DateTimeOffset.FromUnixTimeSeconds(opened.HardExp));
        return lease.TryExtend(sent, TimeSpan.FromMilliseconds(opened.TtlMs), times.Margin(lease.Class), now);
    }

    /// <summary>Ends every lease that a test names; returns them.</summary>
    public ImmutableArray<HeldLease> End(Func<HeldLease, bool> which, DenyReason reason, string cause, TimeSpan triggered, TimeSpan now)
    {
        HeldLease[] all;
        lock (_lock)
        {
            all = [.. _byId.Values];
        }

        // Every latch first: nothing of the last one leaves while the connections of the first are cut.
        var ended = all.Where(l => l.Reason == DenyReason.Undecided && which(l) && l.TryLatch(reason, cause, triggered, now)).ToImmutableArray();
        Cutting.Begin(ended);
        return ended;
    }

    /// <summary>Ends what is past its deadline: the watchdog's walk.</summary>
    public void Sweep(TimeSpan steady, DateTimeOffset wall)
    {
        lock (_lock)
        {
            _wheel.Sweep(steady, lease =>
            {
                if (!_byId.ContainsKey(lease.Id) || lease.Check(steady, wall) != DenyReason.Undecided)
                {
                    return null;
                }

                return lease.End(steady, wall);
            });
        }
    }

    /// <summary>When the first of those that hold will end unless it is renewed, steady; null where nothing holds.</summary>
    public TimeSpan? EarliestEnd(TimeSpan steady, DateTimeOffset wall)
    {
        lock (_lock)
        {
            TimeSpan? first = null;
            foreach (var lease in _byId.Values)
            {
                if (lease.Reason == DenyReason.Undecided && lease.End(steady, wall) is var end && !(first <= end))
                {
                    first = end;
                }
            }

            return first;
        }
    }

    private sealed record SentBeat(string Nonce, TimeSpan At, (HeldLease Lease, long Seq)[] Asked);
}
