using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Planes;

/// <summary>The built-in probes at a real plane: no policy permits the forbidden one, none is needed for the other, and what a point says of itself is compared.</summary>
public sealed class CanaryTests : PlaneCase
{
    private const string All = """@id("all") permit (principal, action, resource);""";
    private const string None = """@id("some") permit (principal, action == payments::Action::"transfer", resource); @id("none") forbid (principal, action, resource);""";

    private static AskRequest Probe(TestPoint point, string tool, Assertion? by = null)
    {
        var proof = by ?? CanaryProbe.Prove(point.Instance, new PointBoot("gateway", point.Boot), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), TestPoint.Random128());
        return point.Ask(CanaryProbe.ActionOf(tool).Json, proof) with { Aud = Urns.Server(CanaryProbe.Server) };
    }

    private static async Task<DenyAnswer> ForbiddenAsync(TestPoint point) => Assert.IsType<DenyAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Forbidden)));

    private DecisionStatement Recorded(Proof.Json.JsonValue receipt)
    {
        Assert.True(Receipt.TryFromJson(receipt, out var read, out var error), error);
        Assert.True(read.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out error), error);
        return Assert.IsType<DecisionStatement>(entry.Statement);
    }

    private static EffectivePolicy Said(TestPoint point, RegisterAnswer registered, long effects = 0) => new(
        new PointBoot("gateway", point.Boot), Digest.Of([1]), Digest.Of([2]), registered.Snapshot, registered.Epoch, registered.OrdersHead, [],
        new ProofOfClosure(100, 50, 40, null, effects, effects == 0 ? null : "open"), 0, ImmutableSortedDictionary<LeaseClass, long>.Empty, DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private static Task<(int Status, byte[] Body)> SayAsync(TestPoint point, EffectivePolicy said, SigningKey? by = null)
        => point.PlaneAsync(PlaneRoutes.Effective, PlaneMessage.Write(new EffectiveReport(said.Ep, said.Sign(by ?? point.Report))));

    [Theory]
    [InlineData(All)]
    [InlineData(None)]
    [InlineData(TestInstallation.Limit)]
    public async Task No_policy_permits_the_forbidden_probe_and_none_forbids_the_permitted_one(string policies)
    {
        _home.Write(policies);
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        var denied = await ForbiddenAsync(point);
        Assert.Equal(DenyReason.NotPermitted, denied.Reason);
        var recorded = Recorded(denied.Receipt!);
        Assert.Equal((false, "NotPermitted", 1L), (recorded.IsAllowed, recorded.Reason, recorded.Canary!.Probes[CanaryProbe.Forbidden]));
        var allowed = Assert.IsType<AllowAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted)));
        Assert.Equal(["canary-noop"], Recorded(allowed.Receipt).Policies);
    }

    [Fact]
    public async Task A_plane_without_a_law_refuses_both_probes_as_everything()
    {
        File.Delete(Path.Combine(_home.Settings.Paths.Policies, "main.cedar"));
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        Assert.Equal(DenyReason.PolicyMissing, (await ForbiddenAsync(point)).Reason);
        Assert.Equal(DenyReason.PolicyMissing, Assert.IsType<DenyAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted))).Reason);
    }

    [Fact]
    public async Task A_probe_is_of_its_own_point_and_reaches_nothing_but_the_sink()
    {
        _home.Write(All);
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        var (me, now) = (new PointBoot("gateway", point.Boot), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        foreach (var proof in new[]
        {
            CanaryProbe.Prove(SigningKey.Create(KeyRole.Instance), me, now, TestPoint.Random128()),
            CanaryProbe.Prove(point.Instance, me with { Boot = TestPoint.Random128() }, now, TestPoint.Random128()),
            CanaryProbe.Prove(point.Instance, me with { Id = "other" }, now, TestPoint.Random128()),
            CanaryProbe.Prove(point.Instance, me, now - 120, TestPoint.Random128()),
            new Assertion(AssertionKinds.Canary, "a.b.c"),
        })
        {
            Assert.Equal(DenyReason.IdentityUnverifiable, Assert.IsType<DenyAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted, proof))).Reason);
        }

        // The proof is good for the sink alone; and the sink is there for a proof alone, whatever policies say.
        Assert.Equal(DenyReason.IdentityUnverifiable, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1.0"), CanaryProbe.Prove(point.Instance, me, now, TestPoint.Random128())))).Reason);
        var run = TestPoint.Run(await point.RunTokenAsync());
        Assert.Equal(DenyReason.EntityMissing, Assert.IsType<DenyAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted, run))).Reason);
        Assert.Equal(DenyReason.EntityMissing, Assert.IsType<DenyAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Forbidden, run))).Reason);
    }

    [Fact]
    public async Task Refused_probes_share_the_entry_of_the_next_permitted_one_and_lists_hide_them()
    {
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        Assert.NotNull((await ForbiddenAsync(point)).Entry);
        Assert.NotNull((await ForbiddenAsync(point)).Entry);
        _ = Assert.IsType<AllowAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted)));
        var before = (await point.StatusAsync()).Entries;
        var seqs = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            var ask = Probe(point, CanaryProbe.Forbidden);
            seqs.Add(ask.Ep.Seq);
            Assert.Equal((DenyReason.NotPermitted, (long?)null), Assert.IsType<DenyAnswer>(await point.AskAsync(ask)) is var denied ? (denied.Reason, denied.Entry) : default);
        }

        Assert.Equal(before, (await point.StatusAsync()).Entries);
        var told = Recorded(Assert.IsType<AllowAnswer>(await point.AskAsync(Probe(point, CanaryProbe.Permitted))).Receipt).Canary!;
        Assert.Equal([new SeqRange(seqs[0], seqs[2])], told.Ranges);
        Assert.Equal((3L, 1L), (told.Probes[CanaryProbe.Forbidden], told.Probes[CanaryProbe.Permitted]));
        Assert.Equal(before + 1, (await point.StatusAsync()).Entries);
        Assert.Empty(TestPoint.Read<DecisionsAnswer>(await point.AdminAsync(AdminRoutes.Decisions, PlaneMessage.Write(new DecisionsRequest(null, 100, null, null)))).Decisions);
    }

    [Fact]
    public async Task The_status_says_what_a_point_proved_and_where_it_drifts()
    {
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        var registered = await point.RegisterAsync();
        Assert.Equal(ClosedState.NotProved, (await point.StatusAsync()).Closed.State);
        var said = Said(point, registered);
        var answer = TestPoint.Read<EffectiveAnswer>(await SayAsync(point, said));
        Assert.Equal((15_000L, registered.Snapshot), (answer.IntervalMs, answer.Snapshot));
        var status = await point.StatusAsync();
        Assert.Equal(ClosedState.Closed, status.Closed.State);
        Assert.InRange(status.Closed.SinceMs!.Value, 50, 30_000);
        Assert.True(status.Serving is { IsServing: true, SinceMs: >= 40 });
        var row = Assert.Single(status.Points);
        Assert.Empty(row.Drift);
        Assert.True(EffectivePolicy.TryVerify(row.Effective!, point.Report.Public, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), out var again, out _));
        Assert.Equal(said.Proof, again.Proof);

        _ = await SayAsync(point, said with { Snapshot = Digest.Of("another"u8), Epoch = registered.Epoch - 1, Build = Digest.Of("patched"u8) });
        Assert.Equal(["build", "epoch", "snapshot"], Assert.Single((await point.StatusAsync()).Points).Drift);
        _ = await SayAsync(point, said);
        Assert.Empty(Assert.Single((await point.StatusAsync()).Points).Drift);

        _ = await SayAsync(point, Said(point, registered, effects: 1));
        Assert.Equal(ClosedState.Open, (await point.StatusAsync()).Closed.State);
    }

    [Fact]
    public async Task A_statement_that_the_boot_did_not_sign_now_says_nothing()
    {
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        var said = Said(point, await point.RegisterAsync());
        Assert.Equal(401, (await SayAsync(point, said, SigningKey.Create(KeyRole.Report))).Status);
        Assert.Equal(401, (await SayAsync(point, said with { IssuedAt = said.IssuedAt - 300 })).Status);
        Assert.Equal(401, (await SayAsync(point, said with { Ep = said.Ep with { Boot = TestPoint.Random128() } })).Status);
        Assert.Equal(400, (await point.PlaneAsync(PlaneRoutes.Effective, "{}"u8.ToArray())).Status);
        Assert.Null(Assert.Single((await point.StatusAsync()).Points).Proof);
    }

    [Fact]
    public async Task A_failed_probe_halts_its_point_until_one_operator_arms_it_again()
    {
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        var failed = new CanaryFailed(new PointBoot("gateway", point.Boot), TestPoint.Random128(), "the forbidden probe was permitted");
        Assert.Equal(401, (await point.PlaneAsync(PlaneRoutes.CanaryFailed, PlaneMessage.Write(failed with { Ep = failed.Ep with { Boot = TestPoint.Random128() } }))).Status);
        var entry = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.CanaryFailed, PlaneMessage.Write(failed))).Entry;
        _ = await point.PlaneAsync(PlaneRoutes.CanaryFailed, PlaneMessage.Write(failed));
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("1.0"), TestPoint.Run(await point.RunTokenAsync())))).Reason);
        var halt = Assert.Single(TestPoint.Read<HaltsAnswer>(await point.AdminAsync(AdminRoutes.Halts, PlaneMessage.Write(new AdminRequest()))).Halts);
        Assert.Equal((failed.Halt, "canary", failed.Cause), (halt.Id, halt.By, halt.Reason));
        var person = TestPoint.Read<StopAnswer>(await point.AdminAsync(AdminRoutes.Halt, PlaneMessage.Write(new StopRequest(new Scope(ScopeKind.Tool, "payments"), "person"))));

        Assert.Equal(401, (await Rearm(SigningKey.Create(KeyRole.Operator), halt.Scope, halt.Id)).Status);
        Assert.Equal(401, (await Rearm(_home.Operator, halt.Scope, halt.Id, age: 120)).Status);
        Assert.Equal(404, (await Rearm(_home.Operator, Scope.All, halt.Id)).Status);
        Assert.Equal(409, (await Rearm(_home.Operator, new Scope(ScopeKind.Tool, "payments"), person.Id)).Status);
        var rearmed = TestPoint.Read<LiftAnswer>(await Rearm(_home.Operator, halt.Scope, halt.Id));
        Assert.Equal(404, (await Rearm(_home.Operator, halt.Scope, halt.Id)).Status);
        var shown = TestPoint.Read<EntryShown>(await point.AdminAsync(AdminRoutes.Entry, PlaneMessage.Write(new EntryRequest(rearmed.Entry!.Value))));
        Assert.Contains("\"event\":\"rearm\"", shown.ToJson().ToString(), StringComparison.Ordinal);
        Assert.True(entry < rearmed.Entry);

        async Task<(int Status, byte[] Body)> Rearm(SigningKey key, Scope of, string id, long age = 0)
            => await point.AdminAsync(AdminRoutes.Rearm, PlaneMessage.Write(new LiftRequest(new Order(0, OrderKind.Rearm, of, "mended", "op", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - age, id).Sign(key))));
    }

    [Fact]
    public async Task What_a_point_enforces_by_instead_is_told_after_30_s_and_halts_it_after_two_minutes_until_one_operator_arms_it_again()
    {
        var (clock, log) = (new ShiftedClock(), new Lines());
        using var point = new TestPoint(_home);
        await using var plane = await PlaneHost.StartAsync(_home.Settings, clock, logging => logging.AddProvider(log), CancellationToken.None);
        var said = Said(point, await point.RegisterAsync());
        _ = await SayAsync(point, said with { Build = Digest.Of("patched"u8) });
        Assert.Equal(["build"], Assert.Single((await point.StatusAsync()).Points).Drift);
        Assert.DoesNotContain(log.All, l => l.Contains("drift", StringComparison.Ordinal));
        clock.Shift = TimeSpan.FromSeconds(31);
        await UntilAsync(() => Task.FromResult(log.All.Any(l => l.Contains("build", StringComparison.Ordinal))), "what drifts is told");
        Assert.Empty(await HaltsAsync(point));

        clock.Shift = TimeSpan.FromSeconds(121);
        await UntilAsync(async () => !(await HaltsAsync(point)).IsEmpty, "a point that drifts is halted");
        var halt = Assert.Single(await HaltsAsync(point));
        Assert.Equal((HaltShown.ByDrift, "drift: build", new Scope(ScopeKind.EnforcementPoint, "gateway")), (halt.By, halt.Reason, halt.Scope));
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await PermittedAsync()).Reason);
        Assert.Equal(200, (await point.AdminAsync(AdminRoutes.Rearm, PlaneMessage.Write(new LiftRequest(
            new Order(0, OrderKind.Rearm, halt.Scope, "mended", "op", clock.GetUtcNow().ToUnixTimeSeconds(), halt.Id).Sign(_home.Operator))))).Status);
        _ = Assert.IsType<AllowAnswer>(await PermittedAsync());

        Task<AskAnswer> PermittedAsync() => point.AskAsync(Probe(
            point, CanaryProbe.Permitted, CanaryProbe.Prove(point.Instance, new PointBoot("gateway", point.Boot), clock.GetUtcNow().ToUnixTimeSeconds(), TestPoint.Random128())));
    }

    [Fact]
    public async Task Nobody_who_bears_the_name_of_a_probe_can_give_a_halt_that_one_person_ends()
    {
        using var point = new TestPoint(_home);
        await using var plane = await _home.StartAsync();
        _ = await point.RegisterAsync();
        var scope = new Scope(ScopeKind.EnforcementPoint, "gateway");
        foreach (var name in new[] { HaltShown.ByCanary, HaltShown.ByDrift })
        {
            var order = new Order(0, OrderKind.Halt, scope, "looks like the plane's own", name, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), TestPoint.Random128());
            Assert.Equal(200, (await point.PlaneAsync(PlaneRoutes.HeldOrders, PlaneMessage.Write(new HeldOrders(new PointBoot("gateway", point.Boot), [order.Sign(_home.Operator)])))).Status);
            var halt = Assert.Single(await HaltsAsync(point), h => h.Id == order.Id);
            Assert.Equal((false, "operator:" + _home.Operator.Kid), (halt.IsOfPlane, halt.By));
            Assert.Equal(409, (await point.AdminAsync(AdminRoutes.Rearm, PlaneMessage.Write(new LiftRequest(
                new Order(0, OrderKind.Rearm, scope, "alone", "op", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), order.Id).Sign(_home.Operator))))).Status);
        }
    }

    private static async Task<ImmutableArray<HaltShown>> HaltsAsync(TestPoint point) => TestPoint.Read<HaltsAnswer>(await point.AdminAsync(AdminRoutes.Halts, PlaneMessage.Write(new AdminRequest()))).Halts;

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), what);
        }
    }

    /// <summary>Role: the log of a plane.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string[] All => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    /// <summary>Role: the system's clock, which a test moves on.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private long _shift;

        public TimeSpan Shift
        {
            get => new(Interlocked.Read(ref _shift));
            set => Interlocked.Exchange(ref _shift, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }
}
