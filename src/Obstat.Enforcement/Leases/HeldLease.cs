using System.Collections.Immutable;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// One lease as its point holds it. Times are arguments. Silence is a stop: it holds until its deadline and not one instant longer, the deadline counts from the sending of what was answered,
/// and a lease that fell never goes on, whatever comes later. Safe for concurrent use.
/// </summary>
public sealed class HeldLease : IDisposable
{
    private readonly StopLatch _latch = new();
    private CancellationTokenSource? _stopping;
    private long _deadline;
    private long _hardEnd = long.MaxValue;
    private long _seq;
    private LeaseStop? _stop;

    internal HeldLease(string id, string execution, LeaseClass kind, ImmutableArray<Scope> scopes, TimeSpan deadline)
        => (Id, Execution, Class, Scopes, _deadline) = (id, execution, kind, scopes, deadline.Ticks);

    /// <summary>The lease.</summary>
    public string Id { get; }

    /// <summary>Its execution.</summary>
    public string Execution { get; }

    /// <summary>How it is stopped.</summary>
    public LeaseClass Class { get; }

    /// <summary>Everything by which it can be stopped.</summary>
    public ImmutableArray<Scope> Scopes { get; }

    /// <summary>Steady time at which it ends unless it is renewed.</summary>
    public TimeSpan Deadline => new(Volatile.Read(ref _deadline));

    /// <summary>Wall time at which it ends in any case.</summary>
    public DateTimeOffset HardEnd => Volatile.Read(ref _hardEnd) is var ticks and not long.MaxValue ? new DateTimeOffset(ticks, TimeSpan.Zero) : DateTimeOffset.MaxValue;

    /// <summary>How it ended; null while it holds.</summary>
    public LeaseStop? Stop => Volatile.Read(ref _stop);

    /// <summary>Why it ended; <see cref="DenyReason.Undecided"/> while it holds.</summary>
    public DenyReason Reason => _latch.Reason;

    /// <summary>Falls after the latch, on a thread of the pool: cuts connections. Effects ask <see cref="Check"/>, which does not wait for it.</summary>
    public CancellationToken Stopping
    {
        get
        {
            // Most leases are never cut by anybody: what would tell them is made when somebody listens.
            var made = Volatile.Read(ref _stopping) ?? new CancellationTokenSource();
            made = Interlocked.CompareExchange(ref _stopping, made, null) ?? made;
            if (_latch.HasFallen)
            {
                _ = ThreadPool.UnsafeQueueUserWorkItem(static lease => lease.Cut(), this, preferLocal: false);
            }

            return made.Token;
        }
    }

    /// <summary>Whether the plane answered its opening.</summary>
    internal bool IsOpened { get; set; }

    /// <summary>Whether the execution may go on at this instant: <see cref="DenyReason.Undecided"/>, or why not.</summary>
    public DenyReason Check(TimeSpan steady, DateTimeOffset wall)
    {
        if (_latch.HasFallen)
        {
            return _latch.Reason;
        }

        if (steady.Ticks >= Volatile.Read(ref _deadline))
        {
            return Fall(DenyReason.PlaneUnavailable, "silence", Deadline, steady);
        }

        return wall.UtcTicks >= Volatile.Read(ref _hardEnd) ? Fall(DenyReason.Late, "end", steady, steady) : DenyReason.Undecided;
    }

    /// <summary>Steady time at which it ends unless it is renewed, its hard end included.</summary>
    internal TimeSpan End(TimeSpan steady, DateTimeOffset wall)
    {
        var hard = HardEnd == DateTimeOffset.MaxValue ? TimeSpan.MaxValue : steady + (HardEnd - wall);
        return Deadline < hard ? Deadline : hard;
    }

    /// <summary>A verified answer renews it: from the sending of what it answers, never from its arrival. False: it is over, now or before.</summary>
    public bool TryExtend(TimeSpan sent, TimeSpan ttl, TimeSpan margin, TimeSpan now)
    {
        if (_latch.HasFallen || now.Ticks >= Volatile.Read(ref _deadline))
        {
            _ = Fall(DenyReason.PlaneUnavailable, "silence", Deadline, now);
            return false;
        }

        var until = (sent + ttl - margin).Ticks;
        for (var before = Volatile.Read(ref _deadline); until > before;)
        {
            var seen = Interlocked.CompareExchange(ref _deadline, until, before);
            if (seen == before)
            {
                break;
            }

            before = seen;
        }

        return true;
    }

    /// <summary>Nothing renews it beyond this.</summary>
    public void EndBy(DateTimeOffset hardEnd)
    {
        if (hardEnd.UtcTicks < Volatile.Read(ref _hardEnd))
        {
            Volatile.Write(ref _hardEnd, hardEnd.UtcTicks);
        }
    }

    /// <summary>Ends it. What was silent beyond its deadline ended by silence, whoever comes after.</summary>
    public void End(DenyReason reason, string cause, TimeSpan triggered, TimeSpan now)
    {
        if (TryLatch(reason, cause, triggered, now))
        {
            CutBehind();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Volatile.Read(ref _stopping)?.Dispose();

    /// <summary>Whether somebody listens to <see cref="Stopping"/>.</summary>
    internal bool IsHeard => Volatile.Read(ref _stopping) is not null;

    internal long NextSeq() => Interlocked.Increment(ref _seq);

    /// <summary>Ends it, but cuts nothing: whoever gets true calls <see cref="Cut"/>.</summary>
    internal bool TryLatch(DenyReason reason, string cause, TimeSpan triggered, TimeSpan now)
        => now.Ticks >= Volatile.Read(ref _deadline) ? Latch(DenyReason.PlaneUnavailable, "silence", Deadline, now) : Latch(reason, cause, triggered, now);

    private DenyReason Fall(DenyReason reason, string cause, TimeSpan triggered, TimeSpan now)
    {
        if (Latch(reason, cause, triggered, now))
        {
            CutBehind();
        }

        return _latch.Reason;
    }

    private bool Latch(DenyReason reason, string cause, TimeSpan triggered, TimeSpan now)
    {
        if (!_latch.Fall(reason))
        {
            return false;
        }

        Volatile.Write(ref _stop, new LeaseStop(cause, triggered < now ? triggered : now, now));
        return true;
    }

    // The latch has stopped every effect; what cuts connections may run anybody's code and waits for the pool.
    private void CutBehind()
    {
        if (IsHeard)
        {
            _ = ThreadPool.UnsafeQueueUserWorkItem(static lease => lease.Cut(), this, preferLocal: false);
        }
    }

    /// <summary>Tells whoever listens to <see cref="Stopping"/>, on this thread.</summary>
    internal void Cut()
    {
        try
        {
            Volatile.Read(ref _stopping)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was released meanwhile: nothing is left to cut.
        }
    }
}
