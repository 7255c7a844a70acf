using System.Collections.Immutable;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>One ask, from its number to its end.</summary>
internal sealed class Asking(DoorBoot boot, PlaneClient client, IPointClock clock, Registrar registrar, DoorWorker worker, TimeSpan askTime, TimeSpan patience, LeaseClass kind)
{
    private readonly PointSession _session = boot.Session;

    // Where the plane gave no answer, every tool gets the same one: to name what was asked for tells nothing about what exists.
    private ImmutableArray<string> _asked = [];

    public async Task<Answer> RunAsync(Caller caller, CanonicalAction action, CancellationToken cancellation)
    {
        _asked = NamesOf(action);
        var seq = _session.NextSeq();
        var view = _session.View;
        if (view is null && await registrar.RegisterAsync(_session, null, askTime, cancellation).ConfigureAwait(false))
        {
            view = _session.View;
        }

        if (view is null)
        {
            worker.Wake();
            return NotAsked(seq, action, _session.Unregistered);
        }

        var body = PlaneMessage.Write(Request(caller, action, seq, view));
        var (reply, sent, sizeBefore) = await PostAsync(body, view, cancellation).ConfigureAwait(false);
        if (IsUnknownBoot(reply) && await registrar.RegisterAsync(_session, view, view.AskTime, cancellation).ConfigureAwait(false))
        {
            // The plane was restarted and did not know this boot: the same number with the same body, so nothing can be decided twice.
            view = _session.View!;
            (reply, sent, sizeBefore) = await PostAsync(body, view, cancellation).ConfigureAwait(false);
        }

        return reply.Kind switch
        {
            PlaneReplyKind.Answered => await JudgeAsync(reply, action, seq, view, sent, sizeBefore, cancellation).ConfigureAwait(false),
            PlaneReplyKind.NotSent => Lost(seq, action),
            PlaneReplyKind.Refused when IsUnknownBoot(reply) => Lost(seq, action),
            PlaneReplyKind.Refused => NotAsked(seq, action, reply.Reason),
            PlaneReplyKind.Unable => No(Refused.Of(reply.Reason)),
            _ when cancellation.IsCancellationRequested => No(Refused.Of(DenyReason.Late)),
            _ => Lost(null, action),
        };
    }

    /// <summary>Whether the plane does not know this boot: it says so without a decision. A caller whom it cannot identify gets a decision.</summary>
    private static bool IsUnknownBoot(PlaneReply reply) => reply is { Kind: PlaneReplyKind.Refused, Reason: DenyReason.IdentityUnverifiable or DenyReason.PlaneUnavailable };

    private async Task<(PlaneReply Reply, TimeSpan Sent, long SizeBefore)> PostAsync(byte[] body, PointView view, CancellationToken cancellation)
    {
        // Both before the first byte is handed over: a slow answer must not buy time, and the decision lies behind every head that was known then.
        var (sent, sizeBefore) = (clock.Steady, _session.Replies.Seen?.Size ?? 0);
        return (await client.PostAsync(PlaneRoutes.Asks, body, TimeOf(view), cancellation).ConfigureAwait(false), sent, sizeBefore);
    }

    private AskRequest Request(Caller caller, CanonicalAction action, long seq, PointView view) => new(
        new PointSeq(_session.Me.Id, _session.Me.Boot, seq), action.Json, Task: null, caller.Assertions, Delegation: null, caller.Session, caller.Parent, Urns.Server(action.Server),
        _session.Instance.Kid, "instance", kind == LeaseClass.None ? "once" : "lease", caller.Facts, Trace: null, (int)TimeOf(view).TotalMilliseconds);

    // A probe of a plane that has just started may take longer than a caller would wait.
    private TimeSpan TimeOf(PointView view) => patience > view.AskTime ? patience : view.AskTime;

    private async Task<Answer> JudgeAsync(PlaneReply reply, CanonicalAction action, long seq, PointView view, TimeSpan sent, long sizeBefore, CancellationToken cancellation)
    {
        if (!PlaneMessage.TryRead<AskAnswer>(reply.Body.Span, out var answer, out _))
        {
            return No(Refused.Of(DenyReason.PlaneUnavailable));
        }

        return answer switch
        {
            DenyAnswer deny => Denied(deny, seq, view, sizeBefore),
            AllowAnswer allow => await AllowedAsync(allow, action, seq, view, sent, sizeBefore, cancellation).ConfigureAwait(false),
            _ => No(Refused.Of(DenyReason.Fault)),
        };
    }

    /// <summary>A denial is believed without proof; but an entry that it cites must be the one of this ask, and must hold this denial: people look up the reference that the agent is told.</summary>
    private Answer Denied(DenyAnswer deny, long seq, PointView view, long sizeBefore)
    {
        DecisionStatement? recorded = null;
        if (deny.Receipt is not null)
        {
            if (!Receipt.TryFromJson(deny.Receipt, out var receipt, out _) || !receipt.TryVerify(view.Heads, out var entry, out _) || entry.Index != deny.Entry
                || entry.Statement is not DecisionStatement { IsAllowed: false } denial || denial.Reason != deny.Reason.ToCode())
            {
                return No(Refused.Of(DenyReason.PlaneUnavailable));
            }

            if (Joins(entry, seq, sizeBefore) is { } reason)
            {
                return No(Refused.Of(reason == DenyReason.PermitMismatch ? DenyReason.PlaneUnavailable : reason));
            }

            recorded = denial;
        }

        return Answer.No(new Refused(deny.Reason, deny.Entry, deny.Retry, deny.RetryAfterMs, deny.Task, deny.Hint) { Seq = seq, Recorded = recorded }, deny.Visible);
    }

    private async Task<Answer> AllowedAsync(AllowAnswer allow, CanonicalAction action, long seq, PointView view, TimeSpan sent, long sizeBefore, CancellationToken cancellation)
    {
        var presented = new PresentedPermit(allow.Permit, allow.Receipt);
        if (!TryAdmit(presented, action, view with { Heard = sent }, out var admission, out var refusal)
            && refusal is { Reason: DenyReason.AssertionInvalid, Detail: Proof.Jws.StrictJws.UnknownKey }
            && (!ReferenceEquals(_session.View, view) || worker.MayFetchKeys(boot))
            && await registrar.RegisterAsync(_session, view, view.AskTime, cancellation).ConfigureAwait(false))
        {
            // A plane that was restarted signs with new keys; its root says so in the answer to a registration, this one or one that was made meanwhile.
            _ = TryAdmit(presented, action, _session.View! with { Heard = sent }, out admission, out refusal);
        }

        if (admission is null)
        {
            return Answer.No(Refused.Of(refusal.Reason), allow.Visible);
        }

        return Joins(admission.Proven, seq, sizeBefore) is { } reason ? Unused(admission, reason)
            : allow.Entry != admission.Entry || allow.Execution != admission.Execution ? Unused(admission, DenyReason.PermitMismatch)
            : Answer.Yes(admission, allow.Visible);
    }

    private bool TryAdmit(PresentedPermit presented, CanonicalAction action, PointView view, out Admission? admission, out Refusal refusal)
        => _session.Verifier.TryAdmit(presented, action, Urns.Server(action.Server), _session.Holder, view, out admission, out refusal, kind);

    /// <summary>Null where the entry joins what is known; else the code. A contradiction of signed things stops the door for good.</summary>
    private DenyReason? Joins(VerifiedReceipt entry, long seq, long sizeBefore)
    {
        switch (_session.Replies.Take(entry, _session.Me, seq, sizeBefore))
        {
            case ReplyVerdict.Joins:
                return null;
            case ReplyVerdict.Stale:
                return DenyReason.PermitMismatch;
            default:
                _ = _session.Latch.Fall(DenyReason.LedgerUnavailable);
                return DenyReason.LedgerUnavailable;
        }
    }

    /// <summary>An admission that is not given out: its evidence says that nothing was sent.</summary>
    private Answer Unused(Admission admission, DenyReason reason)
    {
        if (boot.Outcomes.TryOwe() && admission.TryClose())
        {
            boot.Outcomes.Report(admission, new Ending(EndResult.Refused, reason, null, clock.Wall, 0, 0));
        }

        return No(Refused.Of(reason));
    }

    /// <summary>The plane never saw the number: it is reported when the plane is back.</summary>
    private Answer NotAsked(long seq, CanonicalAction action, DenyReason reason)
    {
        _session.Refusals.Count(seq, reason, action.ActHash);
        return No(Refused.Of(reason));
    }

    /// <summary>The plane is away or lies: it must register this boot again before it is believed. A number that it may have seen stays open; it is the plane's to find.</summary>
    private Answer Lost(long? seq, CanonicalAction action)
    {
        worker.PlaneWasLost(boot);
        return seq is { } unseen ? NotAsked(unseen, action, DenyReason.PlaneUnavailable) : No(Refused.Of(DenyReason.PlaneUnavailable));
    }

    /// <summary>What may be said of the names where nothing was asked.</summary>
    public static ImmutableArray<string> NamesOf(CanonicalAction action) => action.WireAction == WireActions.McpToolsCall ? [action.Name!] : [];

    private Answer No(Refused refused) => Answer.No(refused, _asked);
}
