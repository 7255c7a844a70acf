using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Canaries;

/// <summary>One round of probes through the door, the same way as everything else. One at a time.</summary>
internal sealed class CanaryRound(Door door, CanarySink sink)
{
    // As many as the plane counts before it gives one an entry of its own.
    private const int CountedMax = 64;

    // Numbers of probes that were refused and wait for the entry that tells them, with their boot.
    private readonly SortedSet<long> _counted = [];
    private string _boot = "";

    /// <summary>Runs the forbidden probe, and with <paramref name="whole"/> the permitted one with the seven altered permits.</summary>
    /// <param name="boot">The boot.</param>
    /// <param name="was">What was shown of it before.</param>
    /// <param name="whole">All of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(Closure Closure, Breach? Breach)> RunAsync(DoorBoot boot, Closure was, bool whole, CancellationToken cancellation)
    {
        if (_boot != was.Boot)
        {
            // A boot that is over tells no more; what it owed becomes a gap of its numbers.
            _counted.Clear();
            _boot = was.Boot;
        }

        var (now, breach) = await ForbiddenAsync(boot, was, cancellation).ConfigureAwait(false);
        return breach is null && now.ArmedAt is not null && whole ? await PermittedAsync(boot, now, cancellation).ConfigureAwait(false) : (now, breach);
    }

    /// <summary>Tells the numbers that no entry told, as refusals.</summary>
    public void Uncounted(DoorBoot boot)
    {
        if (boot.Session.Me.Boot == _boot)
        {
            foreach (var seq in _counted)
            {
                boot.Session.Refusals.Count(seq, DenyReason.NotPermitted, null);
            }
        }

        _counted.Clear();
    }

    private async Task<(Closure Closure, Breach? Breach)> ForbiddenAsync(DoorBoot boot, Closure was, CancellationToken cancellation)
    {
        var answer = await door.ProbeAsync(boot, CanaryProbe.Forbidden, cancellation).ConfigureAwait(false);
        var (admission, refused) = answer.Match<(Admission?, Refused?)>(a => (a, null), r => (null, r));
        if (admission is not null)
        {
            return (was, Ran(admission) ? Failed("the forbidden probe was permitted and had its effect", 1) : Failed("the forbidden probe was permitted", 0));
        }

        var (reason, recorded) = (refused!.Reason, refused.Recorded);
        if (recorded is null && reason == DenyReason.NotPermitted && was.ArmedAt is not null && refused.Seq > 0 && _counted.Count < CountedMax)
        {
            _ = _counted.Add(refused.Seq);
            return (Shut(was), null);
        }

        if (recorded is not null && (reason == DenyReason.NotPermitted || CanaryVerdict.IsShutAltogether(reason)))
        {
            // It has an entry of its own, so the plane counts from here: where it was started again, what it had counted is not told by it any more.
            Uncounted(boot);
            return (Shut(was) with { Snapshot = recorded.Snapshot }, null);
        }

        // Refused and not in the ledger: that arms nothing.
        return reason == DenyReason.NotPermitted ? (was with { Unarmed = DenyReason.Fault }, null)
            : CanaryVerdict.IsStandstill(reason) ? (was with { Unarmed = reason }, null)
            : (was, Failed($"the forbidden probe was refused with {reason.ToCode()}, expected {DenyReason.NotPermitted.ToCode()}", 0));
    }

    private Closure Shut(Closure was) => was with { ArmedAt = was.ArmedAt ?? door.Clock.Steady, ClosedAt = door.Clock.Steady };

    private async Task<(Closure Closure, Breach? Breach)> PermittedAsync(DoorBoot boot, Closure was, CancellationToken cancellation)
    {
        var view = boot.Session.View;
        var answer = await door.ProbeAsync(boot, CanaryProbe.Permitted, cancellation).ConfigureAwait(false);
        var (admission, refused) = answer.Match<(Admission?, Refused?)>(a => (a, null), r => (null, r));
        if (admission is null)
        {
            return (was with { Refusing = refused!.Reason, Snapshot = refused.Recorded?.Snapshot ?? was.Snapshot }, null);
        }

        was = was with { Snapshot = admission.Permit.Snapshot };
        _ = _counted.RemoveWhere(seq => admission.Probes?.Ranges.Any(r => r.First <= seq && seq <= r.Last) == true);
        if (_counted.Count > 0)
        {
            // Refused, and not in the ledger: that proves nothing, until the next one is.
            Uncounted(boot);
            was = was with { ClosedAt = null };
        }

        if (!Ran(admission) || view is null || !ReferenceEquals(view, boot.Session.View))
        {
            // Stopped, or the plane started again meanwhile: shown by the next round.
            return (was with { Refusing = DenyReason.PlaneUnavailable }, null);
        }

        var (isDecided, wrong) = AlteredPermits.Present(boot.Session, admission, view, door.Clock, sink);
        return wrong is not null ? (was, Failed(wrong, 1))
            : isDecided ? (was with { AllowedAt = door.Clock.Steady, Refusing = DenyReason.Undecided }, null)
            : (was with { Refusing = DenyReason.PlaneUnavailable }, null);
    }

    private bool Ran(Admission admission)
    {
        var started = door.Clock.Wall;
        var ran = sink.Take(admission);
        door.Close(admission, ran ? new Ending(EndResult.Succeeded, null, started, door.Clock.Wall, 0, 0) : new Ending(EndResult.Refused, DenyReason.Late, null, started, 0, 0));
        return ran;
    }

    private static Breach? Failed(string cause, long effects) => new(Random128.Next(), cause, effects, false);
}
