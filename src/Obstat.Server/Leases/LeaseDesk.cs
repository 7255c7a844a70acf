using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Core.Leases;
using Obstat.Core.Permits;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Storage;

namespace Obstat.Server.Leases;

/// <summary>
/// The plane's side of leases: opens and renews what this start permitted, each time after a commit of the store; decides again what runs when something moved that its decision read. What another start permitted
/// is not renewed, and ends.
/// Safe for concurrent use: the lock guards the book. What is called under it waits for nothing and calls nobody back; orders, acknowledgements and commits come after it.
/// </summary>
internal sealed class LeaseDesk(Ledger ledger, WorkingKeys working, LiveBoots boots, OrderBoard orders, RunningDecisions running, TimeSpan ttl, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly LeaseBook _book = new();
    private readonly LeaseEntries _entries = new(ledger, clock);
    private readonly ConcurrentDictionary<string, (TaskCompletionSource Open, long At)> _acknowledged = new(StringComparer.Ordinal);
    private readonly TimeSpan _started = clock.GetElapsedTime(0);
    private int _moves;

    /// <summary>Leases that this start ended, by how and why.</summary>
    public IEnumerable<KeyValuePair<(string Event, string Code), long>> Ends => _entries.Ends;

    /// <summary>Told how long it took from the plane's word to the point's that a lease is over.</summary>
    public Action<TimeSpan>? StopTook { get; set; }

    /// <summary>Leases that go on.</summary>
    public ImmutableArray<LeaseFacts> Running
    {
        get
        {
            lock (_lock)
            {
                return [.. _book.Running];
            }
        }
    }

    /// <summary>Leases that go on, with what is left of each if nobody renews it.</summary>
    public ImmutableArray<(LeaseFacts Facts, bool IsOpened, TimeSpan Left)> Held
    {
        get
        {
            lock (_lock)
            {
                return [.. _book.Held(Now)];
            }
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>A permit is about to be given; its lease, if it has one, holds from now on. Not null: what it was allowed under moved meanwhile, and it may not be given.</summary>
    public DenyReason? Permitted(ExecutionPermit permit)
    {
        if (permit.Claims is { Lease: { } lease, Ep: { } ep } claims)
        {
            ImmutableArray<Scope> scopes = [.. Scope.Of(claims, working.PermitKid, ledger.Origin)];
            lock (_lock)
            {
                _book.Permit(new LeaseFacts(lease.Id, claims.Jti, claims.Exe, ep, scopes, permit.IdentityEnd, TimeSpan.FromSeconds(lease.Ttl)), Now);
            }

            running.Add(lease.Id, claims.Jti, permit.Decided);
            return Again(lease.Id);
        }

        return null;
    }

    /// <summary>Another snapshot is in force: decides again, in the background, every running execution whose decision read what moved.</summary>
    public void DecideAgain()
    {
        if (Interlocked.Increment(ref _moves) == 1)
        {
            _ = Task.Run(DecideAll);
        }
    }

    private void DecideAll()
    {
        var isDone = false;
        try
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref _moves);
                foreach (var lease in running.Leases)
                {
                    _ = Again(lease);
                }
            }
            while (Interlocked.CompareExchange(ref _moves, 0, seen) != seen);
            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                // What failed here fails at the next beat too, which is not answered: silence ends what could not be decided. The next move is looked at all the same.
                Volatile.Write(ref _moves, 0);
            }
        }
    }

    /// <summary>Ends every running lease, each by an order of its own: the scope of everything stays free for what is asked next.</summary>
    public void EndAll(DenyReason code)
    {
        foreach (var lease in running.Leases)
        {
            End(lease, code);
        }
    }

    /// <summary>A boot registered: what earlier boots of its point held is over.</summary>
    public void Registered(PointBoot boot)
    {
        ImmutableArray<EndedLease> ended;
        lock (_lock)
        {
            ended = _book.EndBoots(boot, Now);
        }

        Lost(ended);
        _entries.Tell();
    }

    /// <summary>The outcome of an execution was recorded: nothing of its lease remains.</summary>
    public void Told(string? lease)
    {
        if (lease is not null)
        {
            lock (_lock)
            {
                _book.Forget(lease);
            }

            running.Remove(lease);
            Acknowledge(lease);
        }
    }

    /// <summary>Opens a lease.</summary>
    public async Task<Answer> OpenAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<LeaseOpenRequest>(body.Span, out var request, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (!boots.TryGet(request.Ep.Id, request.Ep.Boot, out _))
        {
            return Answer.Refused(401, DenyReason.IdentityUnverifiable);
        }

        DenyReason? refused;
        LeaseFacts? facts;
        bool first;
        lock (_lock)
        {
            refused = _book.Open(request.Execution, request.Ep, TimeSpan.FromMilliseconds(request.StopMs), Now, out facts, out first);
        }

        if (facts is null)
        {
            return Answer.Refused(409, refused ?? DenyReason.Fault);
        }

        if (first)
        {
            _entries.Opened(facts);
        }

        var ms = (long)ttl.TotalMilliseconds;
        return await ledger.BeatAsync(CancellationToken.None)
            ? Answer.Of(new TokenAnswer(new OpenedLease(request.Ep.Boot, request.N, facts.Id, ledger.State.Plane.Epoch, ms, ms / 3, facts.HardEnd.ToUnixTimeSeconds()).Sign(working.Lease)))
            : Answer.Refused(503, DenyReason.LedgerUnavailable);
    }

    /// <summary>Renews leases: answered only after a commit that began after the beat came in, so nothing is renewed by a plane whose store is dead.</summary>
    public async Task<Answer> BeatAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<BeatRequest>(body.Span, out var beat, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (!boots.TryGet(beat.Ep.Id, beat.Ep.Boot, out var boot))
        {
            return Answer.Refused(401, DenyReason.IdentityUnverifiable);
        }

        boot.Heard();
        if (!await ledger.BeatAsync(CancellationToken.None))
        {
            return Answer.Refused(503, DenyReason.LedgerUnavailable);
        }

        foreach (var asked in beat.Leases)
        {
            _ = Again(asked.Id);
        }

        // After the commit: what was ended while the disk was busy is not renewed.
        var (now, wall) = (Now, clock.GetUtcNow());
        var renewed = ImmutableArray.CreateBuilder<RenewedLease>(beat.Leases.Length);
        lock (_lock)
        {
            foreach (var asked in beat.Leases)
            {
                renewed.Add(_book.Renew(beat.Ep, asked, now, wall, out var ended));
                if (ended is not null)
                {
                    running.Remove(asked.Id);
                    _entries.Ended(ended, wall);
                }
            }
        }

        _entries.Tell();
        _entries.Renewed(beat.Ep, wall, renewed.Count(r => r.Reason is null), Digest.Of(body.Span));
        return Answer.Of(new TokenAnswer(
            new SignedBeat(beat.Ep.Boot, beat.N, beat.Nonce, ledger.State.Plane.Epoch, wall.ToUnixTimeMilliseconds(), orders.Head, renewed.MoveToImmutable()).Sign(working.Lease)));
    }

    /// <summary>Takes acknowledgements of stops.</summary>
    public Task<Answer> CloseAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<LeaseCloseRequest>(body.Span, out var request, out _))
        {
            return Task.FromResult(Answer.Refused(400, DenyReason.Malformed));
        }

        if (!boots.TryGet(request.Ep.Id, request.Ep.Boot, out _))
        {
            return Task.FromResult(Answer.Refused(401, DenyReason.IdentityUnverifiable));
        }

        foreach (var closed in request.Closed)
        {
            Acknowledge(closed.Id);
        }

        return Task.FromResult(Answer.Of(new EntryAnswer(ledger.State.Size - 1)));
    }

    /// <summary>Ends every running lease of a scope, and gives what completes as their points acknowledge.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="code">Why.</param>
    /// <param name="order">Gives the order to the points: nothing that can wait stands before it.</param>
    public ImmutableArray<Task> Stop(Scope scope, DenyReason code, Action order)
    {
        ImmutableArray<EndedLease> ended;
        lock (_lock)
        {
            ended = _book.Stop(scope, code, Now);
        }

        ImmutableArray<Task> open = [.. ended.Select(e => _acknowledged.GetOrAdd(e.Facts.Id, _ => (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), clock.GetTimestamp())).Open.Task)];
        order();
        foreach (var one in ended)
        {
            running.Remove(one.Facts.Id);
            _entries.Ended(one, clock.GetUtcNow());
        }

        // The ledger is told with the next sweep: what one order stops shares an entry.
        return open;
    }

    /// <summary>What time itself ends: leases that nobody renewed, and, once every point must have stopped, those of earlier starts.</summary>
    public void Sweep()
    {
        var (now, wall) = (Now, clock.GetUtcNow());
        ImmutableArray<EndedLease> lost;
        lock (_lock)
        {
            lost = _book.Overdue(now);
        }

        Lost(lost);
        _entries.GatherOpened();
        foreach (var old in ledger.State.Leases.Values.Where(l => l.Epoch < ledger.State.Plane.Epoch && now - _started > TimeSpan.FromSeconds(l.Ttl) + LeaseBook.StopTimeUnknown))
        {
            _entries.Lost(old, wall);
        }

        _entries.Tell();
        _entries.TellRenewals(wall);
    }

    /// <summary>Decides one running execution again, if something moved that its decision read. Not null: it is no longer allowed, its lease is over and its point is ordered to stop it.</summary>
    private DenyReason? Again(string lease)
    {
        if (running.Again(lease) is not { } again)
        {
            return null;
        }

        if (again.Ended is not { } code)
        {
            _entries.ReDecided(again.Jti, lease, again.Under);
            _entries.Tell();
            return null;
        }

        End(lease, code);
        return code;
    }

    private void End(string lease, DenyReason code)
    {
        EndedLease? ended;
        lock (_lock)
        {
            _ = _book.TryEnd(lease, code, Now, out ended);
        }

        running.Remove(lease);
        if (ended is not null)
        {
            _ = orders.Issue(OrderKind.Stop, new Scope(ScopeKind.Execution, ended.Facts.Execution), code.ToCode(), Order.Plane, Draws.Random128());
            _entries.Ended(ended, clock.GetUtcNow());
            _entries.Tell();
        }
    }

    private void Lost(ImmutableArray<EndedLease> leases)
    {
        foreach (var one in leases)
        {
            running.Remove(one.Facts.Id);
            _entries.Ended(one, clock.GetUtcNow());
            Acknowledge(one.Facts.Id);
        }
    }

    private void Acknowledge(string lease)
    {
        if (_acknowledged.TryRemove(lease, out var open))
        {
            _ = open.Open.TrySetResult();
            StopTook?.Invoke(clock.GetElapsedTime(open.At));
        }
    }
}
