using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Obstat.Core;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Leases;
using Obstat.Server.Ledgers;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Server.Telemetry;
using Obstat.Settings;
using Obstat.Storage;

namespace Obstat.Server.Api;

/// <summary>
/// What enforcement points say to the plane: register, ask, report. 200 for each decision, allow and deny alike; 4xx and 5xx where there is none, which a point reads as <c>PlaneUnavailable</c>.
/// </summary>
internal sealed class PointsApi(
    InstallationSettings settings,
    PlaneKeys keys,
    WorkingKeys working,
    Recorded.Recorder recorder,
    Ledger ledger,
    Snapshots snapshots,
    Gate gate,
    PermitShelf shelf,
    LiveBoots boots,
    LeaseDesk leases,
    OrderBoard orders,
    StopDesk stops,
    GateMeter meter,
    AskQueue queue,
    Continuations continuations,
    PointWatch watch,
    TimeProvider clock,
    ILogger logger)
{
    private const int RegistrationsMax = 4096;

    private readonly PointFiles _files = new(settings.Paths);
    private readonly Reports _reports = new(ledger, boots, leases, logger);
    private readonly ConcurrentDictionary<string, Lazy<Task<Answer>>> _registrations = new(StringComparer.Ordinal);

    /// <summary>The paths.</summary>
    public Routes Routes => new(new Dictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>>
    {
        [PlaneRoutes.Points] = (body, _, _) => RegisterAsync(body),
        [PlaneRoutes.Continuation] = (body, _, _) => Task.FromResult(continuations.Find(body)),
        [PlaneRoutes.Asks] = (body, _, gone) => AskAsync(body, gone),
        [PlaneRoutes.Outcomes] = (body, _, _) => _reports.TakeAsync(body),
        [PlaneRoutes.OutcomesTogether] = (body, _, _) => _reports.TakeTogetherAsync(body),
        [PlaneRoutes.Refusals] = (body, _, _) => _reports.TakeRefusalsAsync(body),
        [PlaneRoutes.Leases] = (body, _, _) => leases.OpenAsync(body),
        [PlaneRoutes.Beat] = (body, _, _) => leases.BeatAsync(body),
        [PlaneRoutes.HeldOrders] = (body, _, _) => stops.HeldAsync(body),
        [PlaneRoutes.Effective] = (body, _, _) => watch.TakeAsync(body),
        [PlaneRoutes.CanaryFailed] = (body, _, _) => watch.FailedAsync(body),
        [PlaneRoutes.CloseLease] = (body, _, _) => leases.CloseAsync(body),
    }, orders.Find);

    private async Task<Answer> RegisterAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<RegisterRequest>(body.Span, out var request, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (request.Origin != ledger.Origin)
        {
            return Answer.Refused(409, DenyReason.LedgerUnavailable); // it pinned another log: how this one goes on from it, it may ask
        }

        var now = clock.GetUtcNow();
        if (!PointRegistration.TryVerify(request.Registration, now.ToUnixTimeSeconds(), out var registration, out var key, out var refusal))
        {
            Log.Suspect(logger, "unknown", "registration: " + refusal.Detail);
            return Answer.Refused(401, DenyReason.AssertionInvalid);
        }

        // What is repeated comes within a minute: an older registration does not verify.
        if (_registrations.Count > RegistrationsMax)
        {
            _registrations.Clear();
        }

        // The secret is good once, so the repeated message must find the first one's answer before the secret is looked at again.
        var answer = _registrations.GetOrAdd($"{key.Thumbprint} {registration.Jti}", _ => new Lazy<Task<Answer>>(() =>
        {
            if (!_files.Admits(registration, key, now))
            {
                Log.Suspect(logger, registration.Id, "registration with a key that is not enrolled");
                return Task.FromResult(Answer.Refused(401, DenyReason.AssertionInvalid));
            }

            return ChosenFormats.HighestCommon(ChosenFormats.Known, registration.Formats) is { } formats
                ? RegisteredAsync(registration, formats, request.Seen)
                : Task.FromResult(Answer.Refused(409, DenyReason.Malformed));
        }));
        return await answer.Value;
    }

    private async Task<Answer> RegisteredAsync(PointRegistration registration, ChosenFormats formats, long seen)
    {
        if (!P256PublicKey.TryFromSpki(registration.Report.SubjectPublicKeyInfo.Span, out var report))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (ledger.State.Boots.TryGetValue(registration.Boot, out var known))
        {
            // The plane was started again, or the point lost an answer: the same boot stands in the log once, and is told where.
            return known.IsOver || known.Point != registration.Id || known.Registration.Kid != report.Kid
                ? Answer.Refused(409, DenyReason.Malformed)
                : RegisteredBefore(registration, formats, known.Index.Value, seen);
        }

        var recording = await recorder.AppendAsync(
            Draft.OfPlane(place => Composition.Of(new EnforcementPointStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Ep = new PointBoot(registration.Id, registration.Boot),
                Kind = registration.Kind,
                Kid = report.Kid,
                PublicKey = report.ToBase64(),
                Build = registration.Build,
                Formats = registration.Formats,
                Previous = registration.Previous,
            })),
            CancellationToken.None);
        if (registration.Previous is { } previous && ledger.State.Uncovered.TryGetValue(previous.Boot, out var uncovered))
        {
            _ = await ledger.AppendAsync(uncovered.ToDraft(), CancellationToken.None); // where it is refused or lost, the upkeep tells it
        }

        return recording.Match(
            recorded => Registered(registration, formats, recorded.Index.Value, ReceiptOf(recorded), Consistency(registration, seen, recorded.Entry.Head)),
            reason => Answer.Refused(StatusOf(reason), reason));
    }

    private Answer Registered(PointRegistration registration, ChosenFormats formats, long index, JsonValue receipt, ImmutableArray<Digest> consistency)
    {
        if (!boots.TryGet(registration.Id, registration.Boot, out _))
        {
            var point = new RegisteredPoint(registration.Id, registration.Boot, registration.Instance.Thumbprint, [.. registration.Obligations], (int)formats.Permit);
            boots.Add(new LiveBoot(point, registration, index));
            leases.Registered(new PointBoot(registration.Id, registration.Boot));
        }

        var headKey = ledger.HeadKey.ToString();
        var snapshot = snapshots.Current.Snapshot;
        return Answer.Of(new RegisterAnswer(
            index,
            receipt,
            consistency,
            formats,
            working.KeySet(snapshot.Trust.Issuer, headKey, keys, clock.GetUtcNow()),
            headKey,
            Rotation(),
            snapshot.Digest,
            ledger.State.Plane.Epoch,
            orders.Head,
            (int)settings.Limits.Decision.TotalMilliseconds,
            (int)settings.Limits.Silence.TotalMilliseconds));
    }

    private Answer RegisteredBefore(PointRegistration registration, ChosenFormats formats, long index, long seen)
    {
        var head = ledger.Head;
        if (head is null || !Checkpoint.TryParse(head.TextAsString(), out var checkpoint))
        {
            throw new LedgerUnavailableException("expected a head");
        }

        return Registered(registration, formats, index, ReceiptOf(index, head, checkpoint), Consistency(registration, seen, head));
    }

    private JsonValue ReceiptOf(long index, SignedNote head, Checkpoint checkpoint)
    {
        using var reader = ledger.Read();
        var (written, leaf) = reader.Entry(index);
        return new Receipt(head.Bytes, index, [.. reader.Inclusion(index, checkpoint.Size)], leaf, written.Bytes).ToJson();
    }

    /// <summary>While two head keys overlap: the entry that announces the new one, for points that pinned the old.</summary>
    private JsonValue? Rotation()
        => ledger.State.HeadKeys is { OverlapUntil: not null } keys && ledger.Head is { } head && Checkpoint.TryParse(head.TextAsString(), out var checkpoint)
            ? ReceiptOf(keys.Windows[^1].From, head, checkpoint)
            : null;

    /// <summary>That this log goes on from what the point saw. Where it ends before that, nothing can show it: the point judges by itself, and it is told here.</summary>
    private ImmutableArray<Digest> Consistency(PointRegistration registration, long seen, SignedNote note)
    {
        if (!Checkpoint.TryParse(note.TextAsString(), out var head) || seen > head.Size)
        {
            Log.Suspect(logger, registration.Id, $"saw a head of size {seen}, the ledger ends at {head?.Size}: its tail was lost, or an old copy was restored");
            return [];
        }

        using var reader = ledger.Read();
        return seen == 0 || seen == head.Size ? [] : [.. reader.Consistency(seen, head.Size)];
    }

    private async Task<Answer> AskAsync(ReadOnlyMemory<byte> body, CancellationToken gone)
    {
        var arrived = Stopwatch.GetTimestamp();
        if (!queue.TryCome())
        {
            return Answer.Refused(503, DenyReason.Late);
        }

        try
        {
            if (!PlaneMessage.TryRead<AskRequest>(body.Span, out var ask, out _))
            {
                return Answer.Refused(400, DenyReason.Malformed);
            }

            if (!boots.TryGet(ask.Ep.Id, ask.Ep.Boot, out var boot))
            {
                return Answer.Refused(401, DenyReason.IdentityUnverifiable);
            }

            var assertion = ask.Assertions.IsEmpty ? null : ask.Assertions[0].Value;
            if (!await queue.EnterAsync(ask.Ep.Id, assertion, gone))
            {
                return Answer.Refused(503, DenyReason.Late);
            }

            try
            {
                var digest = Digest.Of(body.Span);
                if (boot.Once(ask.Ep.Seq, digest, () => DecideAsync(ask, digest, boot, arrived)) is { } answer)
                {
                    return await answer;
                }
            }
            finally
            {
                queue.Exit(ask.Ep.Id, assertion);
            }

            Log.Suspect(logger, ask.Ep.Id, $"number {ask.Ep.Seq} came again with another message");
            return Denied(new Denial(DenyReason.Malformed, null, null, []));
        }
        finally
        {
            queue.Leave();
        }
    }

    private async Task<Answer> DecideAsync(AskRequest ask, Digest digest, LiveBoot boot, long arrived)
    {
        if (!ExecutionRequest.Intake.TryTake(ask, digest, boot.Point, out var request, out var refusal))
        {
            return await RefuseAsync(ask, digest, refusal.Reason);
        }

        return request.Server == CanaryProbe.Server && request.IsToolCall ? await ProbeAsync(request, boot.Canaries, arrived) : await CallAsync(request, arrived);
    }

    private async Task<Answer> CallAsync(ExecutionRequest request, long arrived)
    {
        using var measured = meter.Begin(request.Point, arrived);
        var verdict = await AdmitAsync(request);
        return verdict.Match(
            permit => Permitted(permit, measured),
            denial =>
            {
                measured.Answered(denial.Reason, denial.Entry?.Index.Value);
                return Denied(denial);
            });
    }

    private async Task<Verdict> AdmitAsync(ExecutionRequest request)
    {
        using var patience = new CancellationTokenSource(request.Patience, clock);
        return await gate.AdmitAsync(request, InForce, clock.GetUtcNow(), new Chance(Draws.Random128(), Draws.Random128(), Draws.Random128()), patience.Token);
    }

    private (Snapshot Snapshot, Freshness Freshness) InForce() => snapshots.Current is var current ? (current.Snapshot, current.Freshness) : default;

    /// <summary>
    /// A probe is judged like everything else. A forbidden one that is refused as it must be is told by the next entry of a probe, since a row for each would be a row every few seconds; every other has its own.
    /// </summary>
    private async Task<Answer> ProbeAsync(ExecutionRequest request, CanaryTally tally, long arrived)
    {
        var tool = request.Action.Name!;
        var (snapshot, freshness) = InForce();
        var now = clock.GetUtcNow();
        var judged = Decided.Authorizer.Decide(Identified.Verifier.Verify(request, snapshot, freshness, now), snapshot, freshness, now);
        if (tool == CanaryProbe.Forbidden && judged is { Identified.IsCanary: true, Decision: { IsAllowed: false, Reason: DenyReason.NotPermitted } } && ledger.Failure is null && tally.TryCount(request.Seq, request.Body))
        {
            return Denied(new Denial(DenyReason.NotPermitted, null, null, judged.Visible));
        }

        // What a point asks to prove itself is no decision that an agent waits for, and is not counted as one.
        using var measured = judged.Identified.IsCanary ? null : meter.Begin(request.Point, arrived);
        var facts = tally.Facts(tool);
        var verdict = await AdmitAsync(judged.Identified.IsCanary ? request.StandingFor(facts) : request);
        return verdict.Match(
            permit =>
            {
                tally.Recorded(facts, isPermitted: true);
                return Permitted(permit, measured);
            },
            denial =>
            {
                measured?.Answered(denial.Reason, denial.Entry?.Index.Value);
                if (denial.Entry is not null && judged.Identified.IsCanary)
                {
                    tally.Recorded(facts, isPermitted: false);
                }

                return Denied(denial);
            });
    }

    private Answer Permitted(ExecutionPermit permit, GateMeter.Measured? measured)
    {
        // First held, then looked at: what comes now - a halt, a revocation, another snapshot - finds the lease, what came before is seen here.
        var refused = leases.Permitted(permit);
        if ((refused ?? StoppedBefore(permit)) is { } reason)
        {
            measured?.Answered(reason, permit.Entry.Index.Value);
            return Denied(new Denial(reason, null, null, permit.Visible));
        }

        measured?.Answered(null, permit.Entry.Index.Value);
        shelf.Keep(permit.Claims, permit.Compact);
        return Answer.Of<AskAnswer>(new AllowAnswer(permit.Claims.Exe, permit.Entry.Index.Value, permit.Compact, ReceiptOf(permit.Entry), null, permit.Visible));
    }

    private DenyReason? StoppedBefore(ExecutionPermit permit)
    {
        var isRevoking = ledger.State.Revoked.Count != permit.Decided.Snapshot.Revocations.Count;
        foreach (var scope in Scope.Of(permit.Claims, working.PermitKid, ledger.Origin))
        {
            if (stops.IsHalted(scope))
            {
                return DenyReason.Halted;
            }

            if (isRevoking && stops.IsRevoked(scope))
            {
                return DenyReason.Revoked;
            }
        }

        return null;
    }

    private static Answer Denied(Denial denial) => Answer.Of<AskAnswer>(new DenyAnswer(
        denial.Reason,
        denial.Entry?.Index.Value,
        denial.Entry is null ? null : ReceiptOf(denial.Entry),
        ReasonTable.Entries.FirstOrDefault(e => e.Reason == denial.Reason)?.Retry ?? Retry.Never,
        null,
        null,
        denial.Hint,
        denial.Visible));

    /// <summary>What is refused before anybody is identified still ends its number: in a <c>refusals</c> entry.</summary>
    private async Task<Answer> RefuseAsync(AskRequest ask, Digest digest, DenyReason reason)
    {
        var report = new RefusalsReport(ask.Ep, [new SeqRange(ask.Ep.Seq, ask.Ep.Seq)], ImmutableSortedDictionary<DenyReason, long>.Empty.Add(reason, 1), [digest]);
        _ = await ledger.AppendAsync(Reports.DraftOf(report, digest), CancellationToken.None);
        return Denied(new Denial(reason, null, null, []));
    }

    private static JsonValue ReceiptOf(Recorded recorded)
        => new Receipt(recorded.Entry.Head.Bytes, recorded.Index.Value, recorded.Entry.Path, recorded.Entry.Leaf, recorded.Entry.Written.Bytes).ToJson();

    internal static int StatusOf(DenyReason reason) => ReasonTable.Entries.FirstOrDefault(e => e.Reason == reason)?.HttpStatus ?? 503;
}
