using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>Which boots of points a fake plane knows, and what they tell of themselves. Whoever uses it holds the plane's lock.</summary>
internal sealed class FakePoints(PlaneScript script, FakeLog log, FakePlaneKeys keys)
{
    private readonly HashSet<string> _boots = [];

    public bool Knows(string boot) => _boots.Contains(boot);

    public void Forget() => _boots.Clear();

    public PointRegistration Of(string boot) => script.Registrations.Last(r => r.Boot == boot);

    public FakeReply Register(byte[] body, PlaneFault fault)
    {
        Assert.True(PlaneMessage.TryRead<RegisterRequest>(body, out var request, out _));
        var now = script.Clock.Wall.ToUnixTimeSeconds();
        Assert.True(PointRegistration.TryVerify(request.Registration, now, out var registration, out _, out _));
        script.Registrations.Enqueue(registration);
        var statement = new EnforcementPointStatement
        {
            Nonce = Random128.Next(), Origin = log.Origin, Time = Timestamp.From(script.Clock.Wall), Clock = new Clock("test", 0), Plane = FakeLog.Instance,
            Ep = new PointBoot(registration.Id, registration.Boot), Kind = registration.Kind, Kid = registration.Report.Kid,
            PublicKey = Convert.ToBase64String(registration.Report.SubjectPublicKeyInfo.Span), Build = registration.Build, Formats = registration.Formats, Previous = registration.Previous,
        };
        var receipt = log.Append(statement.ToBytes(), fault).Receipt;
        _ = _boots.Add(registration.Boot);
        var head = log.HeadKey.ToString();
        return FakeReply.Ok(new RegisterAnswer(
            receipt.Index, receipt.ToJson(), log.Consistency(request.Seen), new ChosenFormats(1, 1, 1, 1), keys.Set(log.Origin, head, now, fault), head, script.TellsRotation ? log.Rotation?.ToJson() : null, script.Snapshot, 1, 0,
            script.AskMs, 10_000));
    }

    public FakeReply TakeEffective(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<EffectiveReport>(body, out var report, out var error), error.ToString());
        Assert.True(EffectivePolicy.TryVerify(report.Statement, Of(report.Ep.Boot).Report, script.Clock.Wall.ToUnixTimeSeconds(), out var said, out var refusal), refusal.ToString());
        script.Said.Enqueue(said);
        return FakeReply.Ok(new EffectiveAnswer(script.ProbeMs, script.Snapshot));
    }

    public FakeReply TakeFailed(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<CanaryFailed>(body, out var failed, out var error), error.ToString());
        if (!Knows(failed.Ep.Boot))
        {
            return FakeReply.Refuse(401, DenyReason.IdentityUnverifiable);
        }

        script.FailedProbes.Enqueue(failed);
        return FakeReply.Ok(new EntryAnswer(log.Newest));
    }
}
