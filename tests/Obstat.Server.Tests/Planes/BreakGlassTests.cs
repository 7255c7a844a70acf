using System.Globalization;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Verification;
using Obstat.Settings;

namespace Obstat.Server.Tests.Planes;

/// <summary>A drain, and permits that two people put in force for a short time.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BreakGlassTests : IDisposable
{
    private const string Why = "restore after outage 7";
    private readonly TestInstallation _home = new();
    private readonly SigningKey _second = SigningKey.Create(KeyRole.Operator);

    public BreakGlassTests()
    {
        Assert.True(PrivateFolder.Prepare(_home.Settings.Paths.Operators, out var reason), reason);
        PrivateFile.Create(Path.Combine(_home.Settings.Paths.Operators, "beate.json"), _second.Public.Jwk.ToCanonicalBytes());
    }

    public void Dispose() => _home.Dispose();

    private static string Large(TimeSpan life)
        => $$"""@id("break-glass-large") @expires("{{(DateTimeOffset.UtcNow + life).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}") permit (principal, action == payments::Action::"transfer", resource == Plane::Server::"payments");""";

    private static async Task<AskAnswer> PayAsync(TestPoint point) => await point.AskAsync(point.Ask(point.Transfer("12000"), TestPoint.Run(await point.RunTokenAsync())));

    private static async Task<(int Status, byte[] Body)> SayAsync(TestPoint point, SigningKey key, string? policies, string reason = Why, string? signed = null, string? origin = null, long age = 0, string verb = BreakGlassRequest.Verb)
    {
        var command = new OperatorCommand(verb, BreakGlassRequest.ArgumentsOf(signed ?? policies, reason), origin ?? (await point.StatusAsync()).Origin, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - age, TestPoint.Random128());
        return await point.AdminAsync(AdminRoutes.BreakGlass, PlaneMessage.Write(new BreakGlassRequest(policies, reason, command.Sign(key))));
    }

    [Fact]
    public async Task One_person_twice_a_stranger_another_text_an_old_word_and_too_long_a_time_break_nothing()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        _ = await point.RegisterAsync();
        var large = Large(TimeSpan.FromMinutes(30));
        Assert.Null(TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _home.Operator, large)).Entry);
        Assert.Null(TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _home.Operator, large)).Entry);
        Assert.Equal(401, (await SayAsync(point, SigningKey.Create(KeyRole.Operator), large)).Status);
        Assert.Equal(401, (await SayAsync(point, _second, large, signed: large + " ")).Status);
        Assert.Equal(401, (await SayAsync(point, _second, large, age: 61)).Status);
        Assert.Equal(401, (await SayAsync(point, _second, large, origin: "another")).Status);
        Assert.Equal(401, (await SayAsync(point, _second, large, verb: "lift")).Status);
        Assert.Equal(400, (await SayAsync(point, _second, Large(TimeSpan.FromMinutes(61)))).Status);
        Assert.Equal(400, (await SayAsync(point, _second, Large(TimeSpan.FromMinutes(-1)))).Status);
        Assert.Equal(404, (await SayAsync(point, _second, null)).Status);
        // The same text for another reason is something else to agree to.
        Assert.Null(TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _second, large, "another reason")).Entry);
        Assert.Equal(DenyReason.NotPermitted, Assert.IsType<DenyAnswer>(await PayAsync(point)).Reason);
        Assert.Null((await point.StatusAsync()).BreakGlassUntil);
    }

    [Fact]
    public async Task Two_people_put_it_in_force_it_is_recorded_shown_and_ended_by_one_by_its_time_and_by_a_start()
    {
        using var point = new TestPoint(_home);
        await using (await _home.StartAsync())
        {
            _ = await point.RegisterAsync();
            var large = Large(TimeSpan.FromMinutes(30));
            var before = Assert.IsType<DenyAnswer>(await PayAsync(point)).Entry!.Value;
            _ = await SayAsync(point, _home.Operator, large);
            var broken = TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _second, large));
            Assert.Equal(2, broken.Approvals.Length);
            Assert.Equal(broken.Until, (await point.StatusAsync()).BreakGlassUntil);
            var entry = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(broken.Entry!.Value)))).ToJson().ToString();
            Assert.Contains($"break-glass: {Why}", entry, StringComparison.Ordinal);
            Assert.Contains(_second.Kid, entry, StringComparison.Ordinal);
            var allowed = Assert.IsType<AllowAnswer>(await PayAsync(point));
            Assert.Contains("break-glass-large", TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(allowed.Entry)))).ToJson().ToString(), StringComparison.Ordinal);
            // An ordinary activation beside it keeps it, and a forbid of the law is not passed over.
            _home.Write(TestInstallation.Limit + "@id(\"closed\") forbid (principal, action == payments::Action::\"transfer\", resource);");
            _ = TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest())));
            Assert.Equal(DenyReason.Forbidden, Assert.IsType<DenyAnswer>(await PayAsync(point)).Reason);
            _home.Write(TestInstallation.Limit);
            _ = TestPoint.Read<ActivateAnswer>(await point.AdminAsync(AdminRoutes.Activate, PlaneMessage.Write(new AdminRequest())));
            Assert.IsType<AllowAnswer>(await PayAsync(point));
            Assert.NotNull(TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _second, null)).Entry);
            Assert.Equal(DenyReason.NotPermitted, Assert.IsType<DenyAnswer>(await PayAsync(point)).Reason);

            // The law of before is in force again; in a part of the log that begins between, nothing contradicts what was decided under it.
            var (_, part) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(before, (await point.StatusAsync()).Entries - 1)));
            Assert.DoesNotContain(BundleVerifier.Verify(part, Trust.InLog(_home.HeadKey)).Checks, c => c.Status == CheckStatus.Failed);

            var brief = Large(TimeSpan.FromSeconds(4));
            _ = await SayAsync(point, _home.Operator, brief);
            _ = TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _second, brief));
            var end = DateTime.UtcNow.AddSeconds(30);
            while ((await point.StatusAsync()).BreakGlassUntil is not null)
            {
                Assert.True(DateTime.UtcNow < end, "its time ends it");
                await Task.Delay(100);
            }

            Assert.Equal(DenyReason.NotPermitted, Assert.IsType<DenyAnswer>(await PayAsync(point)).Reason);
            _ = await SayAsync(point, _home.Operator, large);
            _ = TestPoint.Read<BreakGlassAnswer>(await SayAsync(point, _second, large));
        }

        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.Equal(DenyReason.NotPermitted, Assert.IsType<DenyAnswer>(await PayAsync(point)).Reason);
    }

    [Fact]
    public async Task A_drain_refuses_what_is_new_records_it_and_is_ended_by_word_or_by_a_start()
    {
        using var point = new TestPoint(_home);
        async Task<AskAnswer> Ask() => await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync())));
        async Task<(int Status, byte[] Body)> Drain(long? within) => await point.AdminAsync(AdminRoutes.Drain, PlaneMessage.Write(new DrainRequest(within, "upgrade")));
        await using (await _home.StartAsync())
        {
            _ = await point.RegisterAsync();
            Assert.Equal(404, (await Drain(null)).Status);
            Assert.Equal(400, (await Drain(DrainRequest.WithinMsMax + 1)).Status);
            Assert.IsType<AllowAnswer>(await Ask());
            var drained = TestPoint.Read<DrainAnswer>(await Drain(60_000));
            Assert.Equal((1, true), (drained.Running, drained.Entry is not null));
            var refused = Assert.IsType<DenyAnswer>(await Ask());
            Assert.Equal((DenyReason.Halted, true), (refused.Reason, refused.Entry > drained.Entry));
            var status = await point.StatusAsync();
            Assert.Equal((DenyReason.Halted, drained.Until), (status.Refusing, status.DrainsUntil));
            Assert.Null(TestPoint.Read<DrainAnswer>(await Drain(null)).Until);
            Assert.IsType<AllowAnswer>(await Ask());
            _ = await Drain(0);
        }

        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.IsType<AllowAnswer>(await Ask());
    }
}
