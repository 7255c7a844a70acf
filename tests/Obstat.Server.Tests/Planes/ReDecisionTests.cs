using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Encodings;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Server.Tests.Planes;

/// <summary>What runs is decided again by a real plane when what it read has moved.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ReDecisionTests : PlaneCase
{
    private const string Forbidding = TestInstallation.Limit + "@id(\"closed\") forbid (principal, action == payments::Action::\"transfer\", resource);";
    private long _n;

    private static async Task<PermitClaims> BeginAsync(TestPoint point)
    {
        var ask = point.Ask(point.Transfer("900.5"), TestPoint.Run(await point.RunTokenAsync())) with { Mode = "lease" };
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(ask));
        Assert.True(Base64Url.TryDecode(allow.Permit.Split('.')[1], out var bytes));
        Assert.True(PermitClaims.TryRead(TestInstallation.Json(Encoding.UTF8.GetString(bytes)), out var claims, out var error), error.ToString());
        return claims;
    }

    private JwsKeySet LeaseKeys(RegisterAnswer registered)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.True(PlaneKeySet.TryVerify(registered.KeySet, _home.Root.Kid, _home.HeadKey.ToString(), now, out var set, out _));
        return set.Of(KeyRole.Lease, now);
    }

    private async Task<DenyReason?> RenewAsync(TestPoint point, JwsKeySet keys, string lease)
    {
        var beat = new BeatRequest(new PointBoot("gateway", point.Boot), ++_n, TestPoint.Random128(), 0, default, 0, 0, [new BeatLease(lease, _n)]);
        Assert.True(SignedBeat.TryVerify(TestPoint.Read<TokenAnswer>(await point.PlaneAsync(PlaneRoutes.Beat, PlaneMessage.Write(beat))).Token, keys, out var signed, out _));
        return Assert.Single(signed.Leases).Reason;
    }

    private async Task ActivateAsync(TestPoint point, string policies)
    {
        _home.Write(policies);
        Assert.NotNull(TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest()))).Entry);
    }

    private static async Task<ImmutableArray<LeaseEvent>> EventsAsync(TestPoint point, string lease, string until)
    {
        var end = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            var status = await point.StatusAsync();
            var (_, body) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(0, status.Entries - 1)));
            Assert.True(EvidenceBundle.TryParse(body, out var bundle, out var error), error);
            ImmutableArray<LeaseEvent> events = [.. bundle.Entries.Select(e => Statement.TryParse(e.Statement.Span, out var s, out var why) ? s : throw new InvalidOperationException(why))
                .OfType<LeaseStatement>().SelectMany(l => l.Events).Where(e => e.Lease == lease)];
            if (events.Any(e => e.Event == until))
            {
                return events;
            }

            Assert.True(DateTime.UtcNow < end, $"the ledger tells {until}: {string.Join(' ', events.Select(e => e.Event))}");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_set_that_forbids_what_runs_ends_it_by_an_order_with_the_code_and_the_ledger_says_why()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(await point.RegisterAsync());
        var claims = await BeginAsync(point);
        using var client = TestPoint.Client(_home.Settings.Listen.Enforcement.Path);
        using var orders = new StreamReader(await client.GetStreamAsync(new Uri($"{PlaneRoutes.Orders}?after=0", UriKind.Relative)));
        await ActivateAsync(point, Forbidding);
        Order? order;
        do
        {
            Assert.True(Order.TryOpen(await orders.ReadLineAsync() ?? "", TokenProfiles.PlaneOrder, keys, out order, out _, out var refusal), refusal.ToString());
        }
        while (order.Kind == OrderKind.Ping);

        Assert.Equal((OrderKind.Stop, new Scope(ScopeKind.Execution, claims.Exe), DenyReason.Forbidden), (order.Kind, order.Scope, order.Code));
        Assert.Equal(DenyReason.Forbidden, await RenewAsync(point, keys, claims.Lease!.Id));
        var ended = (await EventsAsync(point, claims.Lease.Id, LeaseEvent.Ended))[^1];
        Assert.Equal((claims.Jti, "Forbidden"), (ended.Jti, ended.Code));
        // What ended does not come back with the law that allowed it.
        await ActivateAsync(point, TestInstallation.Limit);
        Assert.Equal(DenyReason.Forbidden, await RenewAsync(point, keys, claims.Lease.Id));
    }

    [Fact]
    public async Task A_set_that_still_permits_leaves_it_running_and_is_recorded_once()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(await point.RegisterAsync());
        var claims = await BeginAsync(point);
        await ActivateAsync(point, TestInstallation.Limit + "@id(\"more\") permit (principal is Plane::User, action == payments::Action::\"transfer\", resource);");
        Assert.Null(await RenewAsync(point, keys, claims.Lease!.Id));
        Assert.Null(await RenewAsync(point, keys, claims.Lease.Id));
        Assert.Equal([LeaseEvent.ReDecided], (await EventsAsync(point, claims.Lease.Id, LeaseEvent.ReDecided)).Select(e => e.Event));
    }

    [Fact]
    public async Task A_set_that_does_not_load_ends_nothing()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(await point.RegisterAsync());
        var claims = await BeginAsync(point);
        _home.Write("@id(\"broken\") permit (");
        Assert.Equal(DenyReason.PolicyInvalid, TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest()))).Reason);
        Assert.Null(await RenewAsync(point, keys, claims.Lease!.Id));
    }

    [Fact]
    public async Task A_policy_that_reads_how_long_it_runs_ends_it_at_a_renewal()
    {
        _home.Write(TestInstallation.Limit + "@id(\"brief\") forbid (principal, action == payments::Action::\"transfer\", resource) when { context.lease.held > duration(\"300ms\") };");
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(await point.RegisterAsync());
        var claims = await BeginAsync(point);
        var end = DateTime.UtcNow.AddSeconds(20);
        DenyReason? reason;
        while ((reason = await RenewAsync(point, keys, claims.Lease!.Id)) is null)
        {
            Assert.True(DateTime.UtcNow < end, "a renewal is refused");
            await Task.Delay(20);
        }

        Assert.Equal(DenyReason.Forbidden, reason);
        Assert.Equal("Forbidden", (await EventsAsync(point, claims.Lease.Id, LeaseEvent.Ended))[^1].Code);
    }
}
