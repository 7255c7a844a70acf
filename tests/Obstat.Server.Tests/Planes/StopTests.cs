using System.Collections.Immutable;
using System.Text;
using Obstat.Proof;
using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Settings;

namespace Obstat.Server.Tests.Planes;

/// <summary>Leases, revocation and the kill switch of a real plane over its sockets.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StopTests(ITestOutputHelper output) : PlaneCase
{
    private long _n;

    private static PermitClaims ClaimsOf(AllowAnswer allow)
    {
        var payload = allow.Permit.Split('.')[1];
        Assert.True(Obstat.Proof.Encodings.Base64Url.TryDecode(payload, out var bytes));
        Assert.True(PermitClaims.TryRead(TestInstallation.Json(Encoding.UTF8.GetString(bytes)), out var claims, out var error), error.ToString());
        return claims;
    }

    private static async Task<AskAnswer> AskAsync(TestPoint point, string mode = "lease")
        => await point.AskAsync(point.Ask(point.Transfer("900.5"), TestPoint.Run(await point.RunTokenAsync())) with { Mode = mode });

    private static async Task<PermitClaims> BeginAsync(TestPoint point) => ClaimsOf(Assert.IsType<AllowAnswer>(await AskAsync(point)));

    private static JwsKeySet LeaseKeys(TestInstallation home, RegisterAnswer registered)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.True(PlaneKeySet.TryVerify(registered.KeySet, home.Root.Kid, home.HeadKey.ToString(), now, out var set, out _));
        return set.Of(KeyRole.Lease, now);
    }

    private async Task<SignedBeat> BeatAsync(TestPoint point, JwsKeySet keys, params IEnumerable<string> leases)
    {
        var beat = new BeatRequest(new PointBoot("gateway", point.Boot), ++_n, TestPoint.Random128(), 0, default, 0, 0, [.. leases.Select(l => new BeatLease(l, _n))]);
        var answer = TestPoint.Read<TokenAnswer>(await point.PlaneAsync(PlaneRoutes.Beat, PlaneMessage.Write(beat)));
        Assert.True(SignedBeat.TryVerify(answer.Token, keys, out var signed, out var refusal), refusal.ToString());
        Assert.Equal((beat.N, beat.Nonce, point.Boot), (signed.N, signed.Nonce, signed.Boot));
        return signed;
    }

    private static async Task<StopAnswer> StopAsync(TestPoint point, string route, Scope scope)
        => TestPoint.Read<StopAnswer>(await point.AdminAsync(route, PlaneMessage.Write(new StopRequest(scope, "test"))));

    private static async Task<ImmutableArray<Statement>> StatementsAsync(TestPoint point, ImmutableArray<Statement>? known = null, Func<Task>? between = null)
    {
        const long AtOnce = 1000;
        var status = await point.StatusAsync();
        var read = ImmutableArray.CreateBuilder<Statement>();
        read.AddRange(known ?? []);
        for (long from = read.Count; from < status.Entries; from += AtOnce)
        {
            await (between?.Invoke() ?? Task.CompletedTask);
            var (_, body) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(from, Math.Min(from + AtOnce, status.Entries) - 1)));
            Assert.True(EvidenceBundle.TryParse(body, out var bundle, out var error), error);
            // A bundle holds beside the range what its entries refer to.
            read.AddRange(bundle.Entries.Where(e => e.Index >= from).OrderBy(e => e.Index).Select(e => Statement.TryParse(e.Statement.Span, out var s, out var why) ? s : throw new InvalidOperationException(why)));
        }

        return read.ToImmutable();
    }

    /// <summary>OBSTAT_LEASES says how many: 300, unless told. Probes run as often as a point runs them.</summary>
    [Fact]
    public async Task Leases_that_are_opened_and_renewed_together_share_their_entries_and_probes_take_two_a_minute()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("OBSTAT_LEASES"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var told) ? told : 300;
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(_home, await point.RegisterAsync());
        var token = TestPoint.Run(await point.RunTokenAsync());
        var began = System.Diagnostics.Stopwatch.StartNew();
        var beaten = System.Diagnostics.Stopwatch.StartNew();
        var held = new List<PermitClaims>();
        var (rounds, forbidden) = (0, 0);
        while (held.Count < count)
        {
            for (; forbidden <= began.Elapsed.TotalSeconds / 15; forbidden++)
            {
                _ = Assert.IsType<DenyAnswer>(await ProbeAsync(point, CanaryProbe.Forbidden));
                if (forbidden % 4 == 0)
                {
                    rounds++;
                    _ = Assert.IsType<AllowAnswer>(await ProbeAsync(point, CanaryProbe.Permitted));
                }
            }

            var asks = Enumerable.Range(0, Math.Min(100, count - held.Count)).Select(_ => point.Ask(point.Transfer("900.5"), token) with { Mode = "lease" }).ToArray();
            held.AddRange(await Task.WhenAll(asks.Select(async ask =>
            {
                var claims = ClaimsOf(Assert.IsType<AllowAnswer>(await point.AskAsync(ask)));
                var open = new LeaseOpenRequest(new PointBoot("gateway", point.Boot), Interlocked.Increment(ref _n), "x.y.z", claims.Exe, LeaseClass.Stream, 50);
                _ = TestPoint.Read<TokenAnswer>(await point.PlaneAsync(PlaneRoutes.Leases, PlaneMessage.Write(open)));
                return claims;
            })));

            // A point beats each third of its leases' time.
            if (beaten.Elapsed > TimeSpan.FromSeconds(3) || held.Count == count)
            {
                beaten.Restart();
                Assert.NotEqual(0, await BeatAllAsync(point, keys, held.Select(c => c.Lease!.Id)));
            }
        }

        ImmutableArray<Statement> statements = [];
        do
        {
            _ = await BeatAllAsync(point, keys, held.Select(c => c.Lease!.Id));
            await Task.Delay(50);
            statements = await StatementsAsync(point, statements, () => BeatAllAsync(point, keys, held.Select(c => c.Lease!.Id)));
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(60) + TimeSpan.FromMilliseconds(100 * count), "the ledger is told that they were opened, or, on a machine without time, that they are lost");
        }
        while (statements.OfType<LeaseStatement>().SelectMany(l => l.Events).DistinctBy(e => e.Lease).Count() < count);

        await EndAsync(point, keys, statements);
        statements = await StatementsAsync(point, statements);
        Assert.Equal(count, statements.Count(s => s is OutcomeStatement));

        var entries = statements.Count(s => s is LeaseStatement);
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} leases: {entries} of {statements.Length} entries are of leases, {100.0 * entries / statements.Length:0.00} %"));

        // One sweep a second, and a minute's renewals of one point: whatever the number of leases is.
        Assert.True(entries <= (count / LeaseStatement.EventsMax) + (2 * began.Elapsed.TotalSeconds) + 2, $"{entries} entries in {began.Elapsed.TotalSeconds:0} s");
        // A permitted probe has an outcome besides. The first refused one has an entry of its own.
        var probes = statements.OfType<DecisionStatement>().Count(d => d.Canary is not null);
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{forbidden + rounds} probes in {began.Elapsed.TotalSeconds:0} s: {probes} entries and {rounds} outcomes, {100.0 * (probes + rounds) / (statements.Length + rounds):0.00} %"));
        Assert.Equal(rounds + 1, probes);
        Assert.True(count < 10_000 || entries + probes + rounds <= statements.Length / 100, "at most 1 % of the entries");
    }

    /// <summary>Each execution that was allowed ends as one does: with an outcome. What still runs is renewed meanwhile.</summary>
    private async Task EndAsync(TestPoint point, JwsKeySet keys, ImmutableArray<Statement> statements)
    {
        using var signer = point.Report.ToStatementSigner();
        Digest? prev = null;
        var left = statements.Select((s, index) => (Index: index, Decision: s as DecisionStatement)).Where(d => d.Decision is { Permit.Lease: not null, Canary: null }).Reverse().ToList();
        for (var beaten = System.Diagnostics.Stopwatch.StartNew(); left.Count > 0;)
        {
            var bodies = new List<byte[]>();
            foreach (var (index, decision) in left.TakeLast(OutcomesReport.OutcomesMax).Reverse())
            {
                var now = Timestamp.From(DateTimeOffset.UtcNow);
                var outcome = new OutcomeStatement
                {
                    Nonce = TestPoint.Random128(), Origin = decision!.Origin, Time = now, Clock = decision.Clock, Ep = new PointSequence("gateway", point.Boot, point.NextSeq(), prev),
                    Decision = new EntryReference(index, Statement.DigestOf(decision.ToBytes())), Jti = decision.Permit!.Jti, Result = "succeeded", Code = null, Started = null,
                    Ended = now, Effects = new EffectCounts(1, 1, 1), Usage = [], Stop = null, Sealed = [],
                }.ToBytes();
                prev = Statement.DigestOf(outcome);
                bodies.Add(new Envelope(outcome, signer.Sign(outcome)).ToBytes());
            }

            Assert.All(TestPoint.Read<OutcomesAnswer>(await point.PlaneAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies))).Outcomes, o => Assert.NotNull(o.Entry));
            left.RemoveRange(left.Count - bodies.Count, bodies.Count);
            if (beaten.Elapsed > TimeSpan.FromSeconds(3))
            {
                beaten.Restart();
                _ = await BeatAllAsync(point, keys, left.Select(d => d.Decision!.Permit!.Lease!.Id));
            }
        }
    }

    /// <summary>How many were renewed: on a machine without time some were silent too long.</summary>
    private async Task<int> BeatAllAsync(TestPoint point, JwsKeySet keys, IEnumerable<string> leases)
    {
        var renewed = 0;
        foreach (var some in leases.Chunk(LeaseLimits.LeasesMax))
        {
            renewed += (await BeatAsync(point, keys, some)).Leases.Count(l => l.Reason is null);
        }

        return renewed;
    }

    private static Task<AskAnswer> ProbeAsync(TestPoint point, string tool) => point.AskAsync(
        point.Ask(CanaryProbe.ActionOf(tool).Json, CanaryProbe.Prove(point.Instance, new PointBoot("gateway", point.Boot), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), TestPoint.Random128())) with { Aud = Urns.Server(CanaryProbe.Server) });

    [Fact]
    public async Task A_lease_is_opened_and_renewed_by_its_own_point_alone()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var keys = LeaseKeys(_home, await point.RegisterAsync());
        var claims = await BeginAsync(point);
        Assert.Equal((10, "lease"), (claims.Lease!.Ttl, claims.Action.Mode));
        var open = new LeaseOpenRequest(new PointBoot("gateway", point.Boot), 1, "x.y.z", claims.Exe, LeaseClass.Stream, 50);
        var token = TestPoint.Read<TokenAnswer>(await point.PlaneAsync(PlaneRoutes.Leases, PlaneMessage.Write(open))).Token;
        Assert.True(OpenedLease.TryVerify(token, keys, out var opened, out var refusal), refusal.ToString());
        Assert.Equal((claims.Lease.Id, claims.Lease.Epoch, 10_000L), (opened.Id, opened.Epoch, opened.TtlMs));
        Assert.Equal(409, (await point.PlaneAsync(PlaneRoutes.Leases, PlaneMessage.Write(open with { Execution = TestPoint.Random128() }))).Status);
        Assert.Equal(401, (await point.PlaneAsync(PlaneRoutes.Leases, PlaneMessage.Write(open with { Ep = new PointBoot("gateway", TestPoint.Random128()) }))).Status);

        var beat = await BeatAsync(point, keys, claims.Lease.Id, TestPoint.Random128());
        Assert.Equal(new DenyReason?[] { null, DenyReason.PlaneUnavailable }, beat.Leases.Select(l => l.Reason));
        // That it was opened waits a while for others.
        var end = DateTime.UtcNow.AddSeconds(20);
        while (!(await StatementsAsync(point)).OfType<LeaseStatement>().SelectMany(l => l.Events).Any(e => e.Event == LeaseEvent.Opened && e.Lease == claims.Lease.Id))
        {
            Assert.True(DateTime.UtcNow < end, "the ledger tells that it was opened");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task A_lease_of_an_earlier_start_is_not_renewed()
    {
        using var point = new TestPoint(_home);
        PermitClaims claims;
        await using (await _home.StartAsync())
        {
            _ = await point.RegisterAsync();
            claims = await BeginAsync(point);
        }

        await using var plane = await _home.StartAsync();
        var keys = LeaseKeys(_home, TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration())));
        var beat = await BeatAsync(point, keys, claims.Lease!.Id);
        Assert.Equal(DenyReason.PlaneUnavailable, Assert.Single(beat.Leases).Reason);
        Assert.True(beat.Epoch > claims.Lease.Epoch);
    }

    [Fact]
    public async Task A_revoked_principal_is_ordered_to_stop_is_not_renewed_and_gets_nothing_more_also_after_a_restart()
    {
        using var point = new TestPoint(_home);
        await using (await _home.StartAsync())
        {
            var keys = LeaseKeys(_home, await point.RegisterAsync());
            var claims = await BeginAsync(point);
            using var client = TestPoint.Client(_home.Settings.Listen.Enforcement.Path);
            using var orders = new StreamReader(await client.GetStreamAsync(new Uri($"{PlaneRoutes.Orders}?after=0", UriKind.Relative)));
            var stopped = await StopAsync(point, AdminRoutes.Revoke, new Scope(ScopeKind.Principal, claims.Sub));
            Assert.Equal(1, stopped.Ordered);
            Order? order;
            do
            {
                Assert.True(Order.TryOpen(await orders.ReadLineAsync() ?? "", TokenProfiles.PlaneOrder, keys, out order, out _, out var refusal), refusal.ToString());
            }
            while (order.Kind == OrderKind.Ping);

            Assert.Equal((OrderKind.Stop, new Scope(ScopeKind.Principal, claims.Sub), stopped.Id), (order.Kind, order.Scope, order.Id));
            Assert.Equal(DenyReason.Revoked, Assert.Single((await BeatAsync(point, keys, claims.Lease!.Id)).Leases).Reason);
            Assert.Equal(DenyReason.Revoked, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);
            var statements = await StatementsAsync(point);
            Assert.Single(statements.OfType<RevocationStatement>());
            Assert.Contains(statements.OfType<LeaseStatement>().SelectMany(l => l.Events), e => e is { Event: LeaseEvent.Revoked, Code: "Revoked" });
            Assert.DoesNotContain(statements, s => Encoding.UTF8.GetString(s.ToBytes()).Contains(claims.Sub, StringComparison.Ordinal));
        }

        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.Equal(DenyReason.Revoked, Assert.IsType<DenyAnswer>(await AskAsync(point)).Reason);
    }

    [Fact]
    public async Task A_halt_acts_at_once_outlives_a_restart_and_is_lifted_by_two_people()
    {
        using var point = new TestPoint(_home);
        var second = SigningKey.Create(KeyRole.Operator);
        Assert.True(PrivateFolder.Prepare(_home.Settings.Paths.Operators, out var reason), reason);
        PrivateFile.Create(Path.Combine(_home.Settings.Paths.Operators, "beate.json"), second.Public.Jwk.ToCanonicalBytes());
        var scope = new Scope(ScopeKind.Tool, "payments/transfer");
        StopAnswer halted;
        await using (await _home.StartAsync())
        {
            var keys = LeaseKeys(_home, await point.RegisterAsync());
            var claims = await BeginAsync(point);
            halted = await StopAsync(point, AdminRoutes.Halt, scope);
            Assert.NotNull(halted.Entry);
            Assert.Equal(DenyReason.Halted, Assert.Single((await BeatAsync(point, keys, claims.Lease!.Id)).Leases).Reason);
            Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);
        }

        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);

        async Task<(int Status, byte[] Body)> Lift(SigningKey key, Scope of, long age = 0)
            => await point.AdminAsync(AdminRoutes.Lift, PlaneMessage.Write(new LiftRequest(new Order(0, OrderKind.Lift, of, "over", "op", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - age, halted.Id).Sign(key))));

        Assert.Equal(401, (await Lift(SigningKey.Create(KeyRole.Operator), scope)).Status);
        Assert.Equal(401, (await Lift(_home.Operator, scope, age: 120)).Status);
        Assert.Equal(404, (await Lift(_home.Operator, Scope.All)).Status);
        Assert.Null(TestPoint.Read<LiftAnswer>(await Lift(_home.Operator, scope)).Entry);
        Assert.Null(TestPoint.Read<LiftAnswer>(await Lift(_home.Operator, scope)).Entry);
        Assert.IsType<DenyAnswer>(await AskAsync(point, "once"));
        var lifted = TestPoint.Read<LiftAnswer>(await Lift(second, scope));
        Assert.Equal(2, lifted.Approvals.Length);
        Assert.IsType<AllowAnswer>(await AskAsync(point, "once"));
        Assert.Equal(2, Assert.Single((await StatementsAsync(point)).OfType<HaltStatement>(), h => h.IsLift).Approvals.Length);
    }

    [Fact]
    public async Task Halt_without_ledger()
    {
        using var point = new TestPoint(_home);
        string id;
        await using (await _home.StartAsync())
        {
            _ = await point.RegisterAsync();
            _ = await BeginAsync(point);
            using var foreign = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_home.Settings.Paths.Ledger, "ledger.db")};Pooling=False");
            foreign.Open();
            using var take = foreign.CreateCommand();
            take.CommandText = "BEGIN IMMEDIATE";
            _ = take.ExecuteNonQuery();
            // The store is taken away: the next commit poisons the writer, and the halt acts all the same.
            var halted = await StopAsync(point, AdminRoutes.Halt, Scope.All);
            Assert.Equal((null, 1L), (halted.Entry, halted.Ordered));
            id = halted.Id;
        }

        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);
        var end = DateTime.UtcNow.AddSeconds(10);
        while (!(await StatementsAsync(point)).OfType<GapStatement>().Any(g => g.Halts.Contains(id)))
        {
            Assert.True(DateTime.UtcNow < end, "the ledger is told");
            await Task.Delay(100);
        }

        Assert.Single((await StatementsAsync(point)).OfType<HaltStatement>(), h => !h.IsLift);
    }

    [Fact]
    public async Task A_spool_that_cannot_be_read_halts_everything()
    {
        using var point = new TestPoint(_home);
        await using (await _home.StartAsync())
        {
            _ = await point.RegisterAsync();
            _ = await StopAsync(point, AdminRoutes.Halt, new Scope(ScopeKind.Tool, "other"));
            Assert.IsType<AllowAnswer>(await AskAsync(point, "once"));
        }

        var spool = await File.ReadAllBytesAsync(_home.Settings.Paths.StopSpool);
        spool[20] ^= 1;
        await File.WriteAllBytesAsync(_home.Settings.Paths.StopSpool, spool);
        await using var again = await _home.StartAsync();
        _ = await point.RegisterAsync(point.Registration());
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);
    }

    [Fact]
    public async Task A_halt_that_a_point_got_while_the_plane_was_away_is_taken_over_and_told()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        _ = await point.RegisterAsync();
        var order = new Order(0, OrderKind.Halt, Scope.All, "by hand", "op", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 3600, TestPoint.Random128());
        var ep = new PointBoot("gateway", point.Boot);
        _ = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.HeldOrders, PlaneMessage.Write(new HeldOrders(ep, [order.Sign(SigningKey.Create(KeyRole.Operator))]))));
        Assert.IsType<AllowAnswer>(await AskAsync(point, "once"));
        _ = TestPoint.Read<EntryAnswer>(await point.PlaneAsync(PlaneRoutes.HeldOrders, PlaneMessage.Write(new HeldOrders(ep, [order.Sign(_home.Operator)]))));
        Assert.Equal(DenyReason.Halted, Assert.IsType<DenyAnswer>(await AskAsync(point, "once")).Reason);
        Assert.Contains((await StatementsAsync(point)).OfType<GapStatement>(), g => g.Halts.Contains(order.Id));
    }
}
