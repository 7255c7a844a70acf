using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Permits;
using Obstat.Proof.Statements;
using Obstat.Server.Tests.Planes;
using Obstat.Tests;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Telemetry;

/// <summary>What supervises the plane is told how it is, and nothing of who asked for what under which policies; and nothing that happens to telemetry happens to a decision.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[CollectionDefinition("alone", DisableParallelization = true)]
[Collection("alone")] // Another plane of this process that ends takes the metrics of its names from every reader; a process has one plane.
public sealed partial class MetricsTests
{
    private static async Task<(int Status, string Body)> GetAsync(Uri address, string path)
    {
        using var client = new HttpClient { BaseAddress = address };
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task DecideAsync(TestPoint point)
    {
        _ = await point.RegisterAsync();
        var token = new Assertion(AssertionKinds.RunToken, await point.RunTokenAsync());
        Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("5"), token)));
        Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("5000"), token)));
    }

    [Fact]
    public async Task A_serving_plane_is_ready_and_counts_its_decisions_without_a_name_in_them()
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        await DecideAsync(point);
        Assert.Equal((200, "ok\n"), await GetAsync(host.MetricsAddress!, "/livez"));
        Assert.Equal((200, "ok\n"), await GetAsync(host.MetricsAddress!, "/readyz"));
        var (status, rows) = await GetAsync(host.MetricsAddress!, "/readyz?verbose");
        Assert.Equal(200, status);
        Assert.Contains("[+]ledger ok ", rows, StringComparison.Ordinal);
        Assert.Contains("[+]issuer-1 ok ", rows, StringComparison.Ordinal);
        var (_, metrics) = await GetAsync(host.MetricsAddress!, "/metrics");
        Assert.Matches("""obstat_decisions_total\{(?=[^}]*point="gateway")(?=[^}]*verdict="allow")[^}]*\} [1-9]""", metrics);
        Assert.Matches("""obstat_decisions_total\{[^}]*reason="NotPermitted"[^}]*\} [1-9]""", metrics);
        Assert.Matches("""obstat_serving(\{[^}]*\})? 1""", metrics);
        foreach (var secret in (string[])["local:uid", "payments", "transfer", "acct-7", "pay-small", "main.cedar"])
        {
            Assert.DoesNotContain(secret, metrics + rows, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plane_that_refuses_everything_is_alive_and_not_ready_and_says_with_which_code()
    {
        using var home = new TestInstallation("", metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        Assert.Equal(200, (await GetAsync(host.MetricsAddress!, "/livez")).Status);
        Assert.Equal((503, "refusing PolicyMissing\n"), await GetAsync(host.MetricsAddress!, "/readyz"));
        var (status, rows) = await GetAsync(host.MetricsAddress!, "/readyz?verbose");
        Assert.Equal(503, status);
        Assert.Contains("[-]policies refusing PolicyMissing\n", rows, StringComparison.Ordinal);
        Assert.Matches("""obstat_refusing\{[^}]*reason="PolicyMissing"[^}]*\} 1""", (await GetAsync(host.MetricsAddress!, "/metrics")).Body);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/readyz?x=1")]
    [InlineData("/livez?verbose")]
    [InlineData("/api/v1/state")]
    public async Task Nothing_else_is_there(string path)
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        Assert.Equal(404, (await GetAsync(host.MetricsAddress!, path)).Status);
    }

    [Fact]
    public async Task Every_metric_of_the_dashboard_and_the_alerts_is_one_that_the_plane_gives()
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        await DecideAsync(point);
        var given = MetricName().Matches((await GetAsync(host.MetricsAddress!, "/metrics")).Body).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        // Some are there only when something happened; the documented ones are compared with the given ones below.
        given.UnionWith(MetricName().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "docs", "metrics.md"))).SelectMany(m => (string[])[m.Value, m.Value + "_bucket"]));
        foreach (var file in (string[])["grafana.json", "alerts.yml"])
        {
            var named = MetricName().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "samples", "observability", file))).Select(m => m.Value).Distinct().ToArray();
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(given));
        }
    }

    [Fact]
    public async Task Every_metric_that_is_documented_is_given_and_every_one_that_is_given_is_documented()
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        var registered = await point.RegisterAsync();
        var token = new Assertion(AssertionKinds.RunToken, await point.RunTokenAsync());
        Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("5000"), token)));
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("5"), token) with { Mode = "lease" }));
        Assert.True(Base64Url.TryDecode(allow.Permit.Split('.')[1], out var payload));
        Assert.True(PermitClaims.TryRead(TestInstallation.Json(System.Text.Encoding.UTF8.GetString(payload)), out var claims, out _));
        var me = new PointBoot("gateway", point.Boot);
        var said = new EffectivePolicy(
            me, Digest.Of([1]), Digest.Of([2]), registered.Snapshot, registered.Epoch, registered.OrdersHead, [], new ProofOfClosure(9_000, 2_000, 1_000, null, 3, "open"), 0,
            ImmutableSortedDictionary<LeaseClass, long>.Empty, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(200, (await point.PlaneAsync(PlaneRoutes.Effective, PlaneMessage.Write(new EffectiveReport(me, said.Sign(point.Report))))).Status);
        // A halt of everything ends the lease; the point says that it stopped, and everything is refused.
        var halting = point.AdminAsync(AdminRoutes.Halt, PlaneMessage.Write(new StopRequest(Scope.All, "test")));
        var (started, body) = (TimeProvider.System.GetTimestamp(), "");
        while (!body.Contains("obstat_stop_seconds_count", StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), body);
            // Closed before the order it would have ended by itself, and nothing was stopped.
            _ = !body.Contains("obstat_lease_ends_total", StringComparison.Ordinal) ? default : await point.PlaneAsync(PlaneRoutes.CloseLease, PlaneMessage.Write(new LeaseCloseRequest(me, [new ClosedLease(claims.Lease!.Id, "Halted", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 1_000)])));
            (_, body) = await GetAsync(host.MetricsAddress!, "/metrics");
        }

        _ = await halting;
        (_, body) = await GetAsync(host.MetricsAddress!, "/metrics");
        var given = body.Split('\n').Where(l => l.StartsWith("# TYPE obstat_", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).ToHashSet(StringComparer.Ordinal);
        var named = MetricName().Matches(await File.ReadAllTextAsync(Path.Combine(Vectors.Root, "docs", "metrics.md"))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(named.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
        Assert.Matches("""obstat_canary_age_seconds\{[^}]*kind="deny"[^}]*\} [2-9]""", body);
        Assert.Matches("""obstat_canary_open_total\{[^}]*point="gateway"[^}]*\} 3""", body);
        Assert.Matches("""obstat_lease_ends_total\{(?=[^}]*code="Halted")(?=[^}]*event="revoked")[^}]*\} 1""", body);
        Assert.Matches("""obstat_refusing\{[^}]*reason="Halted"[^}]*\} 1""", body);
        Assert.Matches("""obstat_key_expiry_seconds\{[^}]*key="working"[^}]*\} [1-9]""", body);
    }

    [Fact]
    public async Task A_decision_is_a_span_with_one_for_its_judgement_one_for_its_record_and_one_for_its_permit()
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        _ = await point.RegisterAsync();
        var token = new Assertion(AssertionKinds.RunToken, await point.RunTokenAsync());
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name == "Obstat", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = spans.Enqueue };
        ActivitySource.AddActivityListener(listener);
        var answer = Assert.IsType<DenyAnswer>(await point.AskAsync(point.Ask(point.Transfer("5000"), token)));
        // Other planes of this process have spans too: ours is the one with our entry and point.
        Activity? gate;
        while ((gate = spans.FirstOrDefault(s => s.OperationName == "obstat.gate" && Equals(s.GetTagItem("obstat.entry"), answer.Entry) && spans.Count(c => c.ParentSpanId == s.SpanId) >= 2)) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(("deny", "NotPermitted", "gateway"), (gate.GetTagItem("obstat.verdict"), gate.GetTagItem("obstat.reason"), gate.GetTagItem("obstat.point")));
        Assert.Equal(["obstat.decide", "obstat.record"], spans.Where(s => s.ParentSpanId == gate.SpanId).Select(s => s.OperationName).Order(StringComparer.Ordinal));
        var allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("5"), token)));
        while ((gate = spans.FirstOrDefault(s => s.OperationName == "obstat.gate" && Equals(s.GetTagItem("obstat.entry"), allow.Entry) && spans.Count(c => c.ParentSpanId == s.SpanId) >= 3)) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(["obstat.decide", "obstat.permit", "obstat.record"], spans.Where(s => s.ParentSpanId == gate.SpanId).Select(s => s.OperationName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_probe_is_no_decision_of_an_agent_and_is_not_counted_as_one()
    {
        using var home = new TestInstallation(metrics: "127.0.0.1:0");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        // Other planes of this process count too: ours is the point with this name.
        var registration = point.Registration(home.Enrolment("probed")) with { Id = "probed" };
        _ = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(registration));
        AskRequest Of(AskRequest ask) => ask with { Ep = ask.Ep with { Id = "probed" } };
        var proof = CanaryProbe.Prove(point.Instance, new PointBoot("probed", point.Boot), DateTimeOffset.UtcNow.ToUnixTimeSeconds(), TestPoint.Random128());
        Assert.IsType<AllowAnswer>(await point.AskAsync(Of(point.Ask(CanaryProbe.ActionOf(CanaryProbe.Permitted).Json, proof) with { Aud = Urns.Server(CanaryProbe.Server) })));
        Assert.DoesNotMatch("""obstat_decisions_total\{[^}]*point="probed[^}]*\}""", (await GetAsync(host.MetricsAddress!, "/metrics")).Body);
        Assert.IsType<DenyAnswer>(await point.AskAsync(Of(point.Ask(point.Transfer("5000"), new Assertion(AssertionKinds.RunToken, await point.RunTokenAsync())))));
        Assert.Matches("""obstat_decisions_total\{[^}]*point="probed"[^}]*\} 1\b""", (await GetAsync(host.MetricsAddress!, "/metrics")).Body);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_and_a_taken_port_cost_no_decision()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var home = new TestInstallation(metrics: taken.LocalEndpoint.ToString(), otlp: "http://127.0.0.1:9");
        await using var host = await home.StartAsync();
        using var point = new TestPoint(home);
        await DecideAsync(point);
        Assert.Null(host.MetricsAddress);
    }

    [GeneratedRegex("obstat_[a-z_]+")]
    private static partial Regex MetricName();
}
