using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Core.Leases;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage;

namespace Obstat.Server.Leases;

/// <summary>
/// What the ledger is told of leases: one entry for all that happened while the one before was written, and counts of renewals. Nobody waits for it.
/// Safe for concurrent use without a lock: what waits stands in queues, and one task at a time writes.
/// </summary>
internal sealed class LeaseEntries(Ledger ledger, TimeProvider clock)
{
    /// <summary>How long the opening of a lease may wait for others.</summary>
    private static readonly TimeSpan OpenedGather = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<(LeaseEvent Event, Digest? Under)> _events = new();
    private readonly ConcurrentQueue<(LeaseEvent Event, TimeSpan At)> _opened = new();
    private readonly ConcurrentDictionary<(string Event, string Code), long> _ends = new();
    private readonly RenewalLog _renewals = new();
    private int _writing;

    /// <summary>Leases that this start ended, by how and why.</summary>
    public IEnumerable<KeyValuePair<(string Event, string Code), long>> Ends => _ends;

    /// <summary>A lease was opened.</summary>
    public void Opened(LeaseFacts facts) => _opened.Enqueue((new LeaseEvent(facts.Jti, facts.Id, LeaseEvent.Opened, null, null), clock.GetElapsedTime(0)));

    /// <summary>A running execution was decided again and goes on.</summary>
    /// <param name="jti">Its permit.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="under">The snapshot that said so; under another one it is not told.</param>
    public void ReDecided(string jti, string lease, Digest? under) => _events.Enqueue((new LeaseEvent(jti, lease, LeaseEvent.ReDecided, null, null), under));

    /// <summary>A lease is over.</summary>
    public void Ended(EndedLease lease, DateTimeOffset at) => _events.Enqueue((lease.ToEvent(at), null));

    /// <summary>A lease of an earlier start is over: every point must have stopped.</summary>
    public void Lost(OpenLease lease, DateTimeOffset at) => _events.Enqueue((new LeaseEvent(lease.Jti, lease.Id, LeaseEvent.Lost, Timestamp.From(at), DenyReason.PlaneUnavailable.ToCode()), null));

    /// <summary>A beat was answered that renewed so many leases.</summary>
    public void Renewed(PointBoot boot, DateTimeOffset at, int count, Digest beat) => _renewals.Add(boot, at, count, beat);

    /// <summary>Takes what was opened into the next entry: the decision entry names the lease already, and an outcome says what became of it, so it waits until many share an entry, and is not told of what is over by then.</summary>
    public void GatherOpened()
    {
        var now = clock.GetElapsedTime(0);
        while (_opened.TryPeek(out var first) && (_opened.Count >= LeaseStatement.EventsMax || now - first.At >= OpenedGather) && _opened.TryDequeue(out var one))
        {
            _events.Enqueue((one.Event, null));
        }
    }

    /// <summary>Tells the ledger what waits, behind the entry that is being written.</summary>
    public void Tell()
    {
        if (!_events.IsEmpty && Interlocked.Exchange(ref _writing, 1) == 0)
        {
            _ = WriteAsync();
        }
    }

    /// <summary>Tells the renewals of minutes that are over.</summary>
    public void TellRenewals(DateTimeOffset now)
    {
        foreach (var count in _renewals.Take(now))
        {
            _ = ledger.AppendAsync(Draft([], count), CancellationToken.None);
        }
    }

    private async Task WriteAsync()
    {
        do
        {
            while (!_events.IsEmpty)
            {
                var some = ImmutableArray.CreateBuilder<(LeaseEvent, Digest?)>();
                while (some.Count < LeaseStatement.EventsMax && _events.TryDequeue(out var one))
                {
                    if (one.Event.IsEnd)
                    {
                        _ = _ends.AddOrUpdate((one.Event.Event, one.Event.Code ?? ""), 1, static (_, n) => n + 1);
                    }

                    some.Add(one);
                }

                _ = await ledger.AppendAsync(Draft(some.ToImmutable(), null), CancellationToken.None);
            }

            Volatile.Write(ref _writing, 0);
        }
        while (!_events.IsEmpty && Interlocked.Exchange(ref _writing, 1) == 0);
    }

    // An outcome may have come first: what the log does not hold open any more has no events. That something goes on is told only under the snapshot that said so.
    private static Draft Draft(ImmutableArray<(LeaseEvent Event, Digest? Under)> events, RenewalCount? renewals) => Core.Records.Draft.OfPlane(place =>
    {
        ImmutableArray<LeaseEvent> left = [.. Left(place.State.Leases, events.Where(e => e.Under is null || e.Under == place.State.Active?.Digest).Select(e => e.Event))];
        return left.IsEmpty && renewals is null ? Composition.Refuse(DenyReason.Late) : Composition.Of(new LeaseStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Events = left,
            Renewals = renewals,
        });
    });

    private static IEnumerable<LeaseEvent> Left(ImmutableDictionary<string, OpenLease> open, IEnumerable<LeaseEvent> events)
    {
        var told = new HashSet<(string Lease, string Event)>();
        var over = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in events)
        {
            if (open.TryGetValue(one.Lease, out var lease) && !(one.Event == LeaseEvent.Opened && lease.IsOpened) && !over.Contains(one.Lease) && told.Add((one.Lease, one.Event)))
            {
                _ = one.IsEnd && over.Add(one.Lease);
                yield return one;
            }
        }
    }
}
