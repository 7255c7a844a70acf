using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>Takes what points report of what they did and refused. Whoever uses it holds the plane's lock.</summary>
internal sealed class FakeReports(PlaneScript script, FakeLog log)
{
    private readonly HashSet<Digest> _taken = [];

    /// <summary>One signed statement; the same again is taken once.</summary>
    public FakeReply One(byte[] body)
    {
        Assert.True(Envelope.TryParse(body, out var envelope, out var error), error);
        Assert.True(P256PublicKey.TryFromSpki(script.Registrations.Last().Report.SubjectPublicKeyInfo.Span, out var key) && envelope.Verifies(key));
        Assert.True(Statement.TryParse(envelope.Payload.Span, out var statement, out _));
        if (_taken.Add(Digest.Of(body)))
        {
            if (statement is CoverageStatement coverage)
            {
                script.Coverages.Enqueue(coverage);
            }
            else
            {
                script.Outcomes.Enqueue((OutcomeStatement)statement);
            }

            _ = log.Append(envelope.Payload.Span);
        }

        return FakeReply.Ok(new EntryAnswer(log.Newest));
    }

    public FakeReply Many(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<OutcomesReport>(body, out var report, out var error), error.ToString());
        foreach (var one in report.Outcomes)
        {
            _ = One(one.ToCanonicalBytes());
        }

        return FakeReply.Ok(new OutcomesAnswer([.. report.Outcomes.Select(_ => new OutcomeAnswer(log.Newest, 200, default))]));
    }

    public FakeReply Refusals(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<RefusalsReport>(body, out var report, out var error), error.ToString());
        script.Refusals.Enqueue(report);
        return FakeReply.Ok(new EntryAnswer(log.Newest));
    }
}
