using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Tests.Planes;

/// <summary>The law and the pins that a plane decides by.</summary>
public sealed class LawInForceTests : PlaneCase
{
    [Fact]
    public async Task A_set_that_does_not_load_changes_nothing()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var token = await point.RunTokenAsync();
        async Task<ActivateAnswer> Activate() => TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest())));
        var same = await Activate();
        Assert.Equal((null, (long?)null), (same.Reason, same.Entry));
        _home.Write("permit (principal, action, resource);", "broken.cedar");
        var broken = await Activate();
        Assert.Equal((DenyReason.PolicyInvalid, (long?)null, same.Snapshot), (broken.Reason, broken.Entry, broken.Snapshot));
        Assert.Contains(broken.Findings, f => f is { IsRefusing: true, Code: "MissingId", File: "broken.cedar" });
        Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token))));
        _home.Write("@id(\"closed\") forbid (principal, action, resource);", "broken.cedar");
        var closed = await Activate();
        Assert.True(closed.Reason is null && closed.Entry is not null && closed.Snapshot != same.Snapshot);
        Assert.Equal(DenyReason.Forbidden, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token)))).Reason);
    }

    [Theory]
    [InlineData("", DenyReason.PolicyMissing)]
    [InlineData("forbid (principal, action, resource", DenyReason.PolicyInvalid)]
    public async Task A_plane_without_a_law_runs_denies_and_records(string policies, DenyReason reason)
    {
        _home.Write(policies);
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        var deny = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync()))));
        Assert.Equal(reason, deny.Reason);
        Assert.NotNull(deny.Entry);
        Assert.Equal(reason, (await point.StatusAsync()).Refusing);
    }

    [Fact]
    public async Task Pins_that_the_operator_did_not_sign_pin_nothing()
    {
        _home.Pin("""{"name":"transfer","inputSchema":{"type":"object"}}""", SigningKey.Create(KeyRole.Operator));
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
        Assert.Equal(DenyReason.AttestationBroken, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync())))).Reason);
    }
}
