using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Obstat.Proof.Messages;
using Obstat.Server.Tests.Planes;
using Obstat.Tests;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Telemetry;

/// <summary>What supervises the plane is told how it is, and nothing of who asked for what under which policies; and nothing that happens to telemetry happens to a decision.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
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
        // One is there only while something is refused.
        given.Add("obstat_refusing");
        foreach (var file in (string[])["grafana.json", "alerts.yml"])
        {
            var named = MetricName().Matches(File.ReadAllText(Path.Combine(Vectors.Root, "samples", "observability", file))).Select(m => m.Value).Distinct().ToArray();
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(given));
        }
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
