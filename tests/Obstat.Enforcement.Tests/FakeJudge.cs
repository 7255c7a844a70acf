using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>Answers asks with permits and denials that have their entries. Allows everything but the tool <c>forbidden</c>. Whoever uses it holds the plane's lock.</summary>
internal sealed class FakeJudge(PlaneScript script, FakeLog log, FakePlaneKeys keys, FakePoints points)
{
    private readonly Dictionary<string, byte[]> _answered = [];
    private readonly Dictionary<string, Digest> _prev = [];
    private readonly Dictionary<string, Digest?> _prevOfPrev = [];
    private readonly Dictionary<string, List<long>> _counted = [];
    private byte[]? _before;
    private FakeLog.Entry? _denial;

    /// <summary>As after a start: no probe was counted.</summary>
    public void Forget() => _counted.Clear();

    /// <summary>As in another log: no decision has one before it.</summary>
    public void ForgetDecisions()
    {
        _prev.Clear();
        _prevOfPrev.Clear();
    }

    /// <summary>The last decision of each boot never happened.</summary>
    public void Unsay()
    {
        foreach (var (boot, prev) in _prevOfPrev)
        {
            if (prev is { } digest)
            {
                _prev[boot] = digest;
            }
            else
            {
                _ = _prev.Remove(boot);
            }
        }
    }

    public FakeReply Ask(byte[] body, PlaneFault fault)
    {
        Assert.True(PlaneMessage.TryRead<AskRequest>(body, out var ask, out var error), error.ToString());
        script.Asks.Enqueue(ask);
        if (fault == PlaneFault.OldAnswer)
        {
            return new(200, _before!);
        }

        if (!points.Knows(ask.Ep.Boot))
        {
            return FakeReply.Refuse(401, DenyReason.IdentityUnverifiable);
        }

        var key = $"{ask.Ep.Boot}/{ask.Ep.Seq}/{Digest.Of(body)}";
        if (!_answered.TryGetValue(key, out _before))
        {
            _answered[key] = _before = PlaneMessage.Write(Decide(ask, fault));
        }

        return new(200, _before);
    }

    private AskAnswer Decide(AskRequest ask, PlaneFault fault)
    {
        Assert.True(CanonicalAction.TryParse(ask.Action!, out var action, out _));
        CanaryFacts? facts = null;
        if (action.Server == CanaryProbe.Server && DecideProbe(ask, action, ref facts) is { } probed)
        {
            return probed;
        }

        if (facts is null && (fault == PlaneFault.Deny || action.Name == "forbidden"))
        {
            _denial = log.Append(Decision(ask, action, null, "NotPermitted", null).ToBytes(), fault);
            return Denial(DenyReason.NotPermitted, _denial);
        }

        if (fault == PlaneFault.DenyByOtherReason)
        {
            return Denial(DenyReason.Forbidden, log.Append(Decision(ask, action, null, "NotPermitted", null).ToBytes(), fault));
        }

        var claims = Claims(ask, action, fault);
        var entry = log.Append(Decision(ask, action, claims, null, facts).ToBytes(), fault);
        if (fault == PlaneFault.DenyByAllow)
        {
            return Denial(DenyReason.NotPermitted, entry);
        }

        var (receipt, leaf) = fault == PlaneFault.ReceiptOfDenial ? (_denial!.Receipt, _denial.Leaf) : (entry.Receipt, entry.Leaf);
        var signer = fault == PlaneFault.StolenRole ? SigningKey.Create(KeyRole.Permit) : keys.Permit;
        var permit = (claims with { Led = new LedgerReference(log.Origin, receipt.Index, leaf) }).Sign(signer);
        permit = fault == PlaneFault.FlippedBit ? permit[..^10] + (permit[^10] == 'A' ? 'B' : 'A') + permit[^9..] : permit;
        return new AllowAnswer(claims.Exe, receipt.Index, permit, fault == PlaneFault.NoReceipt ? JsonValue.EmptyObject : receipt.ToJson(), null, ["transfer"]);
    }

    /// <summary>As a real plane: forbidden probes have their entries until a permitted one has, later ones are counted and told by the next permitted one's.</summary>
    private DenyAnswer? DecideProbe(AskRequest ask, CanonicalAction action, ref CanaryFacts? facts)
    {
        Assert.Null(CanaryProbe.Verify(ask.Assertions.Single().Value, points.Of(ask.Ep.Boot).Instance.ThumbprintDigest, new PointBoot(ask.Ep.Id, ask.Ep.Boot), script.Clock.Wall.ToUnixTimeSeconds()));
        var counted = _counted.TryGetValue(ask.Ep.Boot, out var some) ? some : null;
        facts = new CanaryFacts(
            ImmutableSortedDictionary<string, long>.Empty.Add(action.Name!, 1), script.Probes == ProbeFault.Forgotten ? [] : [.. (counted ?? []).Select(s => new SeqRange(s, s))], Digest.Of("p"u8));
        switch (script.Probes)
        {
            case ProbeFault.NoLaw:
                return Refused(DenyReason.PolicyMissing, log.Append(Decision(ask, action, null, "PolicyMissing", facts).ToBytes()));
            case ProbeFault.NoDecision:
                return Refused(DenyReason.Late);
        }

        if (action.Name == CanaryProbe.Permitted || script.Probes == ProbeFault.Permitted)
        {
            _counted[ask.Ep.Boot] = [];
            return null;
        }

        if (script.Probes == ProbeFault.OtherCode)
        {
            return Refused(DenyReason.Forbidden);
        }

        if (counted is not null || script.Probes == ProbeFault.Unrecorded)
        {
            counted?.Add(ask.Ep.Seq);
            return Refused(DenyReason.NotPermitted);
        }

        return Refused(DenyReason.NotPermitted, log.Append(Decision(ask, action, null, "NotPermitted", facts).ToBytes()));

        static DenyAnswer Refused(DenyReason reason, FakeLog.Entry? entry = null) => new(reason, entry?.Receipt.Index, entry?.Receipt.ToJson(), Retry.Changed, null, null, null, []);
    }

    private static DenyAnswer Denial(DenyReason reason, FakeLog.Entry entry) => new(reason, entry.Receipt.Index, entry.Receipt.ToJson(), Retry.Changed, null, null, "ask a person", ["transfer"]);

    private PermitClaims Claims(AskRequest ask, CanonicalAction action, PlaneFault fault)
    {
        var now = script.Clock.Wall.ToUnixTimeSeconds() - (fault == PlaneFault.ExpiredPermit ? 60 : 0);
        var boot = fault == PlaneFault.OtherBoot ? Random128.Next() : ask.Ep.Boot;
        var hash = fault == PlaneFault.OtherAction ? Digest.Of("other"u8) : action.ActHash;
        Assert.True(Digest.TryParseBase64Url(ask.HolderThumbprint, out var jkt));
        return new()
        {
            Iss = Urns.Plane(fault == PlaneFault.OtherPlane ? "other" : log.Origin), Aud = ask.Aud, IssuedAt = now, NotBefore = now, Expires = now + 30, Jti = Random128.Next(),
            Sub = "Agent::local:uid:1000", ClientId = "Agent::local:uid:1000", Cnf = new Confirmation(Confirmation.Key, jkt), Use = ask.Use, Ep = new PointBoot(ask.Ep.Id, boot),
            Action = new PermittedAction(action.WireAction, ask.Aud, action.Identifier, hash, action.ToolHash, ask.Mode), Txn = Random128.Next(), Exe = Random128.Next(),
            RequestingWorkload = Urns.Point(ask.Ep.Id), Snapshot = script.Snapshot, Obligations = fault == PlaneFault.UnknownObligation ? ["burn.after.reading"] : [],
            Lease = ask.Mode == "lease" ? new LeaseTerms(Random128.Next(), script.Ttl, 1) : null,
        };
    }

    private DecisionStatement Decision(AskRequest ask, CanonicalAction action, PermitClaims? permit, string? reason, CanaryFacts? facts)
    {
        Digest? prev = _prev.TryGetValue(ask.Ep.Boot, out var last) ? last : null;
        var statement = new DecisionStatement
        {
            Nonce = Random128.Next(), Origin = log.Origin, Time = Timestamp.From(script.Clock.Wall), Clock = new Clock("test", 0), Plane = FakeLog.Instance,
            Ep = new PointSequence(ask.Ep.Id, ask.Ep.Boot, ask.Ep.Seq, prev), Request = new RequestFacts(action.WireAction, "call", Random128.Next(), Random128.Next(), null),
            Snapshot = script.Snapshot, Read = new ReadParts(null, null, null, null, null), Engine = new EngineFacts("test", "1", Digest.Of("e"u8)), Identity = new IdentityFacts("verified", "p-1", []),
            Decision = permit is null ? "deny" : "allow", Reason = reason, Policies = [], Errors = [], Approvals = [], Budgets = [],
            Permit = permit is null ? null : new PermitFacts(permit.Jti, permit.ClaimsDigest(), permit.NotBefore, permit.Expires, permit.Use, permit.Action.Mode, permit.Lease),
            Trace = null, Witnessed = null, Canary = facts, Sealed = [], RequestPlain = Digest.Of("r"u8),
        };
        _prevOfPrev[ask.Ep.Boot] = prev;
        _prev[ask.Ep.Boot] = Statement.DigestOf(statement.ToBytes());
        return statement;
    }
}
