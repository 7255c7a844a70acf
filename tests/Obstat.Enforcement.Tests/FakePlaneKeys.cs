using Obstat.Proof.Jws;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement.Tests;

/// <summary>The root of a fake plane and the working keys that it signs.</summary>
internal sealed class FakePlaneKeys
{
    private readonly SigningKey _root = SigningKey.Create(KeyRole.Root);

    public string RootKid => _root.Kid;

    public SigningKey Permit { get; private set; } = SigningKey.Create(KeyRole.Permit);

    public SigningKey Lease { get; } = SigningKey.Create(KeyRole.Lease);

    /// <summary>As after a start: permits are signed by another key.</summary>
    public void Renew() => Permit = SigningKey.Create(KeyRole.Permit);

    /// <summary>The set of keys that a registration is answered with.</summary>
    public string Set(string origin, string head, long now, PlaneFault fault)
    {
        var root = fault == PlaneFault.StolenRole ? SigningKey.Create(KeyRole.Root) : _root;
        var iss = fault == PlaneFault.OtherPlane ? "urn:execution:plane:other" : Urns.Plane(origin);
        return new PlaneKeySet(iss, now, now + 3600, head, [new KeySetMember(Permit.Public, now, now + 3600), new KeySetMember(Lease.Public, now, now + 3600)]).Sign(root);
    }
}
