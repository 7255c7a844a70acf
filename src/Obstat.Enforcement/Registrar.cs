using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>Registers a boot with the plane and believes the answer under the pinned root and head alone. One registration at a time.</summary>
internal sealed class Registrar(DoorOptions options, IPointClock clock, PlaneClient client, PointFiles files, SigningKey key) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>
    /// Registers once, unless somebody else did since <paramref name="known"/>. True when the session has a view afterwards that is not that one.
    /// </summary>
    public async Task<bool> RegisterAsync(PointSession session, PointView? known, TimeSpan time, CancellationToken cancellation)
    {
        if (!await EnterAsync(time, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            if (session.View is { } other && !ReferenceEquals(other, known))
            {
                return true;
            }

            var (view, reason) = await TryOnceAsync(session, time, cancellation).ConfigureAwait(false);
            session.Unregistered = reason;
            session.View = view ?? session.View;
            return view is not null;
        }
        finally
        {
            _ = _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<bool> EnterAsync(TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            return await _one.WaitAsync(time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<(PointView? View, DenyReason Reason)> TryOnceAsync(PointSession session, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            return files.Pins(options.PointId, clock.Wall) is var (pins, secret)
                ? await TryOnceAsync(session, pins, secret, time, cancellation).ConfigureAwait(false)
                : (null, DenyReason.PlaneUnavailable);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return (null, DenyReason.PlaneUnavailable);
        }
    }

    private async Task<(PointView? View, DenyReason Reason)> TryOnceAsync(PointSession session, PlanePins pins, string? secret, TimeSpan time, CancellationToken cancellation)
    {
        session.LogChanged |= session.View is { } held && held.Heads.LogKey.Name != pins.Head.Name;
        if (session.LogChanged)
        {
            // Whoever came first followed: what this boot remembers of one log would contradict the other.
            return (null, DenyReason.LedgerUnavailable);
        }

        var (sent, seen) = (clock.Steady, session.Replies.Seen);
        var registration = new PointRegistration(options.PointId, options.Kind, session.Me.Boot, session.Report.Public, session.Instance.Public, options.Build, options.Config,
            ChosenFormats.Known, options.Obligations, session.Previous, [], secret, clock.Wall.ToUnixTimeSeconds(), Random128.Next());
        var sized = seen?.Origin == pins.Head.Name ? seen.Size : 0;
        var reply = await client.PostAsync(PlaneRoutes.Points, PlaneMessage.Write(new RegisterRequest(registration.Sign(key), sized, pins.Head.Name)), time, cancellation).ConfigureAwait(false);
        if (reply is { Kind: PlaneReplyKind.Refused, Reason: DenyReason.LedgerUnavailable })
        {
            session.LogChanged = await TryFollowAsync(pins, seen, sized, time, cancellation).ConfigureAwait(false);
            return (null, DenyReason.LedgerUnavailable);
        }

        if (reply.Kind != PlaneReplyKind.Answered || !PlaneMessage.TryRead<RegisterAnswer>(reply.Body.Span, out var answer, out _))
        {
            return (null, DenyReason.PlaneUnavailable);
        }

        var followed = answer.HeadKey == pins.Head.ToString() ? pins : Follow(pins, answer);
        if (followed is null)
        {
            return (null, DenyReason.PlaneUnavailable);
        }

        var (view, reason) = Believe(session, followed, answer, seen, sent);
        if (view is not null && secret is not null)
        {
            files.Enrolled(followed, secret);
        }
        else if (view is not null && followed != pins)
        {
            files.Follow(followed); // durable before anything is believed under it alone
        }

        return (view, reason);
    }

    /// <summary>Pins the log that goes on where the pinned one ended, if the plane can show that it does. A boot belongs to one log, so another one is to begin.</summary>
    private async Task<bool> TryFollowAsync(PlanePins pins, Checkpoint? seen, long sized, TimeSpan time, CancellationToken cancellation)
    {
        var reply = await client.PostAsync(PlaneRoutes.Continuation, PlaneMessage.Write(new ContinuationRequest(pins.Head.Name, sized)), time, cancellation).ConfigureAwait(false);
        if (reply.Kind != PlaneReplyKind.Answered || !PlaneMessage.TryRead<ContinuationAnswer>(reply.Body.Span, out var answer, out _)
            || !Continuation.TryFollow(answer, pins.Head, pins.Root, seen, out var next, out _))
        {
            return false;
        }

        files.Follow(pins with { Head = next }); // durable before anything is believed under it
        return true;
    }

    /// <summary>
    /// The pins under the head key that follows the pinned one: only while both sign, where an entry under a head of the pinned key announces it and it signed that entry itself. That the root names it too is seen at its key set.
    /// </summary>
    private PlanePins? Follow(PlanePins pins, RegisterAnswer answer)
        => answer.Rotation is { } json
            && Receipt.TryFromJson(json, out var receipt, out _)
            && receipt.TryVerify(new HeadVerifier(pins.Head), out var entry, out _)
            && entry.Statement is KeyRotationStatement rotation
            && rotation.OverlapUntil?.Time > clock.Wall
            && HeadKeys.Of(pins.Head).TryRotate(entry.Index, rotation, out var keys, out _)
            && keys.Newest.ToString() == answer.HeadKey
                ? pins with { Head = keys.Newest }
                : null;

    private (PointView? View, DenyReason Reason) Believe(PointSession session, PlanePins pins, RegisterAnswer answer, Checkpoint? seen, TimeSpan sent)
    {
        // The same verifier of heads as before: what it remembers stays true under the same key.
        var heads = session.View is { } held && held.Heads.LogKey.Equals(pins.Head) ? held.Heads : new HeadVerifier(pins.Head);
        var believed = answer.HeadKey == pins.Head.ToString()
            && answer.Formats == new ChosenFormats(1, 1, 1, 1)
            && PlaneKeySet.TryVerify(answer.KeySet, pins.Root, answer.HeadKey, clock.Wall.ToUnixTimeSeconds(), out var keys, out _)
            && keys.Iss == Urns.Plane(pins.Head.Name)
            ? keys
            : null;
        if (believed is null || !Receipt.TryFromJson(answer.Receipt, out var receipt, out _) || !receipt.TryVerify(heads, out var entry, out _) || entry.Index != answer.Index || !IsMine(entry, session))
        {
            return (null, DenyReason.PlaneUnavailable);
        }

        if (!session.Leases.TakesEpoch(((EnforcementPointStatement)entry.Statement).Plane.Epoch) && answer.Epoch < session.Leases.Epoch)
        {
            // Signed messages of this plane named a higher epoch: who answers was deposed.
            return (null, DenyReason.PlaneUnavailable);
        }

        if (!LeadsFrom(seen, entry.Head, answer.Consistency.AsSpan()) || session.Replies.Take(entry) != ReplyVerdict.Joins)
        {
            // A ledger smaller than, or other than, the one that this point saw: restored from a backup - and perhaps grown on since -, cut or forked.
            return (null, DenyReason.LedgerUnavailable);
        }

        return (new PointView
        {
            Me = session.Me,
            Keys = believed,
            Heads = heads,
            Obligations = [.. options.Obligations],
            Snapshot = answer.Snapshot,
            Heard = sent,
            SilenceMax = TimeSpan.FromMilliseconds(answer.SilenceMs),
            AskTime = TimeSpan.FromMilliseconds(answer.AskMs),
            RenewAt = sent + TimeSpan.FromSeconds(Math.Max(600, (believed.Expires - clock.Wall.ToUnixTimeSeconds()) / 2)),
        }, DenyReason.PlaneUnavailable);
    }

    private static bool LeadsFrom(Checkpoint? seen, Checkpoint head, ReadOnlySpan<Digest> proof)
        => seen is not { Size: > 0 } || seen.Origin != head.Origin || ConsistencyProof.Verifies(seen.Size, seen.Root, head.Size, head.Root, proof);

    private bool IsMine(VerifiedReceipt entry, PointSession session)
        => entry.Statement is EnforcementPointStatement point && point.Ep == session.Me && point.Kid == session.Report.Kid && point.Kind == options.Kind && point.Build == options.Build;
}
