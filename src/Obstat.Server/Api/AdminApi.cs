using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Leases;
using Obstat.Server.Ledgers;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Storage;

namespace Obstat.Server.Api;

/// <summary>What operators say to the plane, over their own socket: status, activation, identities, evidence.</summary>
internal sealed class AdminApi(
    PlaneKeys keys, WorkingKeys working, Ledger ledger, Snapshots snapshots, IdentityDesk desk, DecisionRows rows, Exporter exporter, PointWatch watch, StopDesk stops, DrainDesk drain, BreakGlassDesk breakGlass, Func<ConsoleLinkRequest, Peer, Answer> link, TimeProvider clock)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    /// <summary>The paths.</summary>
    public Routes Routes => new(new Dictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>>
    {
        [AdminRoutes.Status] = (body, _, _) => Done<AdminRequest>(body, _ => Answer.Of(Status())),
        [AdminRoutes.Activate] = ActivateAsync,
        [AdminRoutes.Decisions] = (body, _, _) => Done<DecisionsRequest>(body, r => Answer.Of(new DecisionsAnswer(rows.List(r)))),
        [AdminRoutes.Entry] = (body, _, _) => Done<EntryRequest>(body, r => rows.Show(r.Entry) is { } shown ? Answer.Of(shown) : Answer.Refused(404, DenyReason.Malformed, $"there is no entry {r.Entry}")),
        [AdminRoutes.Export] = (body, _, _) => Done<ExportRequest>(body, Export),
        [AdminRoutes.Halts] = (body, _, _) => Done<AdminRequest>(body, _ => Answer.Of(stops.Standing)),
        [AdminRoutes.Halt] = (body, peer, _) => StopAsync(body, async r => (await stops.HaltAsync(r.Scope, r.Reason, By(peer)), DenyReason.Undecided)),
        [AdminRoutes.Revoke] = (body, peer, _) => StopAsync(body, r => stops.RevokeAsync(r.Scope, r.Reason, By(peer))),
        [AdminRoutes.Drain] = (body, peer, _) => PlaneMessage.TryRead<DrainRequest>(body.Span, out var request, out var error)
            ? drain.SetAsync(request, By(peer))
            : Task.FromResult(Answer.Refused(400, DenyReason.Malformed, error.ToString())),
        [AdminRoutes.BreakGlass] = (body, _, _) => PlaneMessage.TryRead<BreakGlassRequest>(body.Span, out var request, out var error)
            ? breakGlass.TakeAsync(request)
            : Task.FromResult(Answer.Refused(400, DenyReason.Malformed, error.ToString())),
        [AdminRoutes.Lift] = (body, _, _) => PlaneMessage.TryRead<LiftRequest>(body.Span, out var lift, out var error)
            ? stops.LiftAsync(lift.Order)
            : Task.FromResult(Answer.Refused(400, DenyReason.Malformed, error.ToString())),
        [AdminRoutes.Rearm] = (body, _, _) => PlaneMessage.TryRead<LiftRequest>(body.Span, out var rearm, out var error)
            ? stops.RearmAsync(rearm.Order)
            : Task.FromResult(Answer.Refused(400, DenyReason.Malformed, error.ToString())),
        [AdminRoutes.AccessToken] = (body, _, _) => Task.FromResult(desk.AccessToken(body)),
        [AdminRoutes.ConsoleLink] = (body, peer, _) => Done<ConsoleLinkRequest>(body, r => link(r, peer)),
        [PlaneRoutes.IdentityNonce] = (body, _, _) => Task.FromResult(desk.Nonce(body)),
        [PlaneRoutes.IdentityRunToken] = (body, peer, _) => Task.FromResult(desk.RunToken(body, peer)),
    });

    private static Task<Answer> Done<T>(ReadOnlyMemory<byte> body, Func<T, Answer> answer)
        where T : class, IPlaneMessage<T>
    {
        if (!PlaneMessage.TryRead<T>(body.Span, out var request, out var error))
        {
            return Task.FromResult(Answer.Refused(400, DenyReason.Malformed, error.ToString()));
        }

        try
        {
            return Task.FromResult(answer(request));
        }
        catch (LedgerUnavailableException e)
        {
            return Task.FromResult(Answer.Refused(503, DenyReason.LedgerUnavailable, e.Message));
        }
    }

    private async Task<Answer> ActivateAsync(ReadOnlyMemory<byte> body, Peer peer, CancellationToken cancellation)
    {
        if (!PlaneMessage.TryRead<AdminRequest>(body.Span, out _, out var error))
        {
            return Answer.Refused(400, DenyReason.Malformed, error.ToString());
        }

        // An activation that began is not given up because somebody hung up: half of it would be nobody's.
        var done = await snapshots.ReadAgainAsync($"uid:{peer.UserId}", CancellationToken.None);
        return Answer.Of(new ActivateAnswer(done.Reason, done.Entry, done.Snapshot, done.Policies, Shown(done.Findings)));
    }

    private static string By(Peer peer) => $"uid:{peer.UserId}";

    private static async Task<Answer> StopAsync(ReadOnlyMemory<byte> body, Func<StopRequest, Task<(StopAnswer? Answer, DenyReason Reason)>> stop)
    {
        if (!PlaneMessage.TryRead<StopRequest>(body.Span, out var request, out var error))
        {
            return Answer.Refused(400, DenyReason.Malformed, error.ToString());
        }

        var (answer, reason) = await stop(request);
        return answer is null ? Answer.Refused(503, reason, "it is not in the ledger, so it is not revoked; a halt needs no ledger") : Answer.Of(answer);
    }

    private Answer Export(ExportRequest request)
        => exporter.Export(request.From, request.To) is { } bundle
            ? new Answer(200, bundle, "application/zip")
            : Answer.Refused(400, DenyReason.Malformed, $"expected a range of 1 to {Exporter.EntriesMax} entries that are there");

    private StatusAnswer Status()
    {
        var inForce = snapshots.Current.Snapshot;
        var state = ledger.State;
        return new StatusAnswer
        {
            Refusing = ledger.Failure is not null ? DenyReason.LedgerUnavailable : !ledger.IsClockTrusted ? DenyReason.ClockUntrusted : !inForce.Law.IsInForce ? inForce.Law.Reason : drain.IsOn ? DenyReason.Halted : null,
            Running = drain.Running,
            DrainsUntil = drain.Until is { } until ? Timestamp.From(until).ToString() : null,
            BreakGlassUntil = breakGlass.Until is { } broken ? Timestamp.From(broken).ToString() : null,
            Origin = ledger.Origin,
            HeadKey = ledger.HeadKey.ToString(),
            Root = keys.Root.Kid,
            Entries = state.Size,
            Instance = state.Plane.Instance,
            Epoch = state.Plane.Epoch,
            Started = Timestamp.From(_started).ToString(),
            KeysUntil = Timestamp.From(working.Until).ToString(),
            Snapshot = inForce.Law.IsInForce ? inForce.Digest : null,
            Policies = inForce.Law.Policies.Policies.Length,
            Rejected = Shown(snapshots.Rejected),
            ProbeMs = (long)watch.Interval.TotalMilliseconds,
            Points = watch.Points,
        };
    }

    private static ImmutableArray<LawFindingShown> Shown(ImmutableArray<LawFinding> findings)
        => [.. findings.Take(1_000).Select(f => new LawFindingShown(f.Path.Length == 0 ? null : f.Path, f.Line, f.Column, f.Code, f.Refuses, f.Message.Length > 2_000 ? f.Message[..2_000] : f.Message))];
}
