using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Tests;

/// <summary>Leases and orders of a fake plane. Whoever uses it holds the plane's lock.</summary>
internal sealed class FakeLeases(PlaneScript script, FakePlaneKeys keys)
{
    private readonly List<string> _orders = [];

    public Order Push(OrderKind kind, Scope scope, string? id)
    {
        var order = new Order(_orders.Count + 1, kind, scope, "test", "op-1", script.Clock.Wall.ToUnixTimeSeconds(), id ?? Random128.Next());
        _orders.Add(order.Sign(script.OrdersAreForged ? SigningKey.Create(KeyRole.Lease) : keys.Lease));
        return order;
    }

    public string[] OrdersFrom(int first) => [.. _orders.Skip(first)];

    public FakeReply Open(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<LeaseOpenRequest>(body, out var open, out var error), error.ToString());
        script.Opened.Enqueue(open);
        Assert.True(StrictJws.TryOpen(open.Permit, PermitProfiles.Permit, JwsKeySet.Of([keys.Permit.Public]), out var permit, out _));
        Assert.True(PermitClaims.TryRead(permit.Claims, out var claims, out _));
        return FakeReply.Ok(new TokenAnswer(new OpenedLease(open.Ep.Boot, open.N, claims.Lease!.Id, 1, script.Ttl * 1000, script.Ttl * 200, script.Clock.Wall.ToUnixTimeSeconds() + 3600).Sign(keys.Lease)));
    }

    public FakeReply Beat(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<BeatRequest>(body, out var beat, out var error), error.ToString());
        script.BeatsSeen.Enqueue(beat);
        var answer = new SignedBeat(
            beat.Ep.Boot, beat.N, beat.Nonce, 1, script.Clock.Wall.ToUnixTimeMilliseconds(), _orders.Count, [.. beat.Leases.Select(l => new RenewedLease(l.Id, l.Seq, null, script.Ttl * 1000))]);
        return script.Beats switch
        {
            BeatFault.None => Signed(answer),
            BeatFault.Garbage => new(200, "\u0001\u0002"u8.ToArray()),
            BeatFault.Unable => FakeReply.Refuse(503, DenyReason.LedgerUnavailable),
            BeatFault.OldEpoch => Signed(answer with { Epoch = 0 }),
            BeatFault.OtherNonce => Signed(answer with { Nonce = Random128.Next() }),
            BeatFault.OtherBoot => Signed(answer with { Boot = Random128.Next() }),
            BeatFault.OtherSeq => Signed(answer with { Leases = [.. answer.Leases.Select(l => l with { Seq = l.Seq + 1 })] }),
            BeatFault.StolenKey => Signed(answer, SigningKey.Create(KeyRole.Lease)),
            BeatFault.PermitKey => Signed(answer, keys.Permit),
            BeatFault.No => Signed(answer with { Leases = [.. answer.Leases.Select(l => l with { Reason = DenyReason.Revoked, TtlMs = 0 })] }),
            _ => throw new InvalidOperationException(),
        };

        FakeReply Signed(SignedBeat signed, SigningKey? key = null) => FakeReply.Ok(new TokenAnswer(signed.Sign(key ?? keys.Lease)));
    }

    public FakeReply Close(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<LeaseCloseRequest>(body, out var close, out var error), error.ToString());
        foreach (var one in close.Closed)
        {
            script.Closed.Enqueue(one);
        }

        return FakeReply.Ok(new EntryAnswer(0));
    }
}
