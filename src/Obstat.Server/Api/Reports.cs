using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Leases;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Storage;

namespace Obstat.Server.Api;

/// <summary>What enforcement points report: how executions ended, what they counted themselves, what they refused before they asked. Each is verified, given to the ledger in the order of its chain, and answered after its commit.</summary>
internal sealed class Reports(Ledger ledger, LiveBoots boots, LeaseDesk leases, ILogger logger)
{
    // Nobody waits for the end of an execution; committed alone, it would only hold up the decision behind it.
    private static readonly TimeSpan OutcomeMayWait = TimeSpan.FromMilliseconds(10);

    private readonly ReportOrder _order = new();

    /// <summary>Takes one report: an outcome, or what the point counted itself.</summary>
    public async Task<Answer> TakeAsync(ReadOnlyMemory<byte> body)
    {
        var one = Envelope.TryParse(body.Span, out var envelope, out _) ? await ReportAsync(envelope, body) : new OutcomeAnswer(null, 400, DenyReason.Malformed);
        return one.Entry is { } entry ? Answer.Of(new EntryAnswer(entry)) : Answer.Refused(one.Status, one.Reason);
    }

    /// <summary>Several reports: each is verified and given to the ledger before the next one is looked at, so that they come in their order, and all are answered together.</summary>
    public async Task<Answer> TakeTogetherAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<OutcomesReport>(body.Span, out var report, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        var answers = await Task.WhenAll(report.Outcomes.Select(
            one => Envelope.TryFromJson(one, out var envelope, out _) ? ReportAsync(envelope, envelope.ToBytes()) : Task.FromResult(new OutcomeAnswer(null, 400, DenyReason.Malformed))));
        return Answer.Of(new OutcomesAnswer([.. answers]));
    }

    private async Task<OutcomeAnswer> ReportAsync(Envelope envelope, ReadOnlyMemory<byte> body)
    {
        if (!WrittenStatement.TryRead(envelope.Payload.ToArray(), out var written, out _))
        {
            return new OutcomeAnswer(null, 400, DenyReason.Malformed);
        }

        if (written.Statement is not ReportStatement report)
        {
            return new OutcomeAnswer(null, 400, DenyReason.UnknownAction);
        }

        // A report may come after a restart of the plane: the key is the one that the log announced for that boot.
        var ep = report.Ep;
        if (!ledger.State.Boots.TryGetValue(ep.Boot, out var boot) || boot.Point != ep.Id || !boot.Registration.TryKey(out var key) || !envelope.Verifies(key))
        {
            Log.Suspect(logger, ep.Id, "a report that its key did not sign");
            return new OutcomeAnswer(null, 401, DenyReason.AssertionInvalid);
        }

        var lease = report is OutcomeStatement outcome ? ledger.State.Open.GetValueOrDefault(outcome.Jti)?.Lease : null;
        var draft = Draft.OfPoint(written, envelope.Signature, key, new BodyKey(ep.Boot, ep.Seq, Digest.Of(body.Span)), mayWait: OutcomeMayWait);
        var appended = boot.Answers.TryGet(ep.Seq, out _)
            ? await ledger.AppendAsync(draft, CancellationToken.None)
            : await _order.AppendAsync(ep.Boot, ep.Prev, written.Digest, () => ledger.State.Boots.GetValueOrDefault(ep.Boot)?.PrevReport, () => ledger.AppendAsync(draft, CancellationToken.None));
        return appended.Match(
            entry =>
            {
                leases.Told(lease);
                return new OutcomeAnswer(entry.Index.Value, 200, default);
            },
            reason => new OutcomeAnswer(null, PointsApi.StatusOf(reason), reason));
    }

    /// <summary>Takes what was refused before anybody could be asked.</summary>
    public async Task<Answer> TakeRefusalsAsync(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<RefusalsReport>(body.Span, out var report, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        if (!boots.TryGet(report.Ep.Id, report.Ep.Boot, out _))
        {
            return Answer.Refused(401, DenyReason.IdentityUnverifiable);
        }

        var appended = await ledger.AppendAsync(DraftOf(report, Digest.Of(body.Span)), CancellationToken.None);
        return appended.Match(entry => Answer.Of(new EntryAnswer(entry.Index.Value)), reason => Answer.Refused(PointsApi.StatusOf(reason), reason));
    }

    /// <summary>The entry that ends the numbers of refused messages.</summary>
    public static Draft DraftOf(RefusalsReport report, Digest body) => Draft.OfPlane(
        place => Composition.Of(new RefusalsStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            Ep = new PointBoot(report.Ep.Id, report.Ep.Boot),
            Ranges = report.Ranges,
            Counts = report.Counts.ToImmutableSortedDictionary(c => c.Key.ToCode(), c => c.Value, StringComparer.Ordinal),
            Samples = report.Samples,
        }),
        message: new BodyKey(report.Ep.Boot, report.Ep.Seq, body));
}
