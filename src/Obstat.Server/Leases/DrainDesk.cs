using Obstat.Core.Records;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Listeners;
using Obstat.Storage;

namespace Obstat.Server.Leases;

/// <summary>
/// Before work on the plane or on what stands behind it: nothing new starts, what runs goes on until it ends by itself, or until the bound. The beginning acts first and is told then; the end needs the ledger.
/// A start of the plane is not drained. Safe for concurrent use.
/// </summary>
internal sealed class DrainDesk(Ledger ledger, LeaseDesk leases, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _until;
    private bool _isEnded;

    /// <summary>Whether nothing new may start.</summary>
    public bool IsOn => Until is not null;

    /// <summary>When what still runs is ended; null where nothing is drained.</summary>
    public DateTimeOffset? Until
    {
        get
        {
            lock (_lock)
            {
                return _until;
            }
        }
    }

    /// <summary>Executions that were permitted and are not over.</summary>
    public int Running => ledger.State.Open.Count;

    /// <summary>Begins, moves the bound, or ends.</summary>
    public async Task<Answer> SetAsync(DrainRequest request, string by)
    {
        if (request.WithinMs is not { } within)
        {
            if (!IsOn)
            {
                return Answer.Refused(404, DenyReason.Malformed, "nothing is drained");
            }

            var (ended, refused) = (await ledger.AppendAsync(Draft("drain ended: " + request.Reason, by, null), CancellationToken.None)).Match(e => ((long?)e.Index.Value, DenyReason.Undecided), r => (null, r));
            if (ended is null)
            {
                return Answer.Refused(503, refused, "no ledger, no end of the drain");
            }

            Set(null);
            return Answer.Of(new DrainAnswer(null, Running, ended));
        }

        var until = clock.GetUtcNow() + TimeSpan.FromMilliseconds(within);
        Set(until);
        Sweep();
        var entry = (await ledger.AppendAsync(Draft("drain: " + request.Reason, by, Timestamp.From(until)), CancellationToken.None)).Match(e => (long?)e.Index.Value, _ => null);
        return Answer.Of(new DrainAnswer(Timestamp.From(until).ToString(), Running, entry));
    }

    /// <summary>At the bound: what still runs under a lease is ended. What has none ends with its permit.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            if (_until is not { } until || _isEnded || clock.GetUtcNow() < until)
            {
                return;
            }

            _isEnded = true;
        }

        leases.EndAll(DenyReason.Halted);
    }

    private void Set(DateTimeOffset? until)
    {
        lock (_lock)
        {
            (_until, _isEnded) = (until, false);
        }
    }

    // The same snapshot once more, by whom and until when: an activation in which no part changed.
    private static Draft Draft(string what, string by, Timestamp? until) => Core.Records.Draft.OfPlane(place => place.State.Active is not { Activation.Snapshot: var snapshot }
        ? Composition.Refuse(DenyReason.PolicyMissing)
        : Composition.Of(new PolicyActivationStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Snapshot = snapshot,
            Previous = snapshot.Digest,
            Changed = [],
            By = by,
            Approvals = [],
            Source = new ActivationSource(what, null, null),
            Expires = until,
        }));
}
