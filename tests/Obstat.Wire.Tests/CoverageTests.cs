using System.Text.RegularExpressions;

namespace Obstat.Wire.Tests;

/// <summary>What a gateway counted itself, in the evidence of the built programs.</summary>
public sealed partial class CoverageTests
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("small") permit (principal, action == payments::Action::"transfer", resource) when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    [Fact]
    public async Task A_gateway_that_stopped_in_order_is_complete_and_closed_and_one_that_was_killed_is_not_closed()
    {
        await using var installation = await Installation.InitAsync("payments");
        await using var payments = await PaymentsServer.StartAsync(installation.Folder);
        _ = (await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--url", payments.Url.ToString())).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();
        var token = await installation.TokenAsync("caller");
        await CallAsync(installation, token);
        await EndGatewayAsync(installation, "-TERM");
        await CallAsync(installation, token);
        await EndGatewayAsync(installation, "-KILL");

        var bundle = Path.Combine(installation.Folder, "bundle.zip");
        _ = (await installation.RunAsync("export", "all", "--to", bundle)).MustExit(0);
        var key = (await installation.RunAsync("status", "--output", "json")).MustExit(0).Json.GetProperty("logKey").GetString()!;
        var verified = await installation.RunAsync("verify", bundle, "--log-key", key, "--output", "json");
        var completeness = verified.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "V11").GetRawText();
        Assert.True(ClosedPoint().IsMatch(completeness), completeness);

        await installation.DownAsync();
        var audit = await installation.RunAsync("audit", "--log-key", key, "--output", "json");
        Assert.DoesNotContain("failed", audit.Json.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("status").GetString()));
        var points = audit.Json.GetProperty("points").EnumerateArray().ToArray();
        Assert.Equal([true, false, true], points.Select(p => p.GetProperty("closed").GetBoolean()));
        foreach (var point in points.Where(p => p.GetProperty("closed").GetBoolean()))
        {
            Assert.True(point.GetProperty("last").GetInt64() == point.GetProperty("completeTo").GetInt64() && point.GetProperty("missing").GetArrayLength() == 0, point.GetRawText());
            var coverage = point.GetProperty("coverage");
            Assert.Equal(point.GetProperty("last").GetInt64() - 1, coverage.GetProperty("throughSeq").GetInt64());
            Assert.All(["asks", "reports", "effects"], sum => Assert.Equal(coverage.GetProperty(sum).GetProperty("claimed").GetInt64(), coverage.GetProperty(sum).GetProperty("recorded").GetInt64()));
            Assert.Equal(0, coverage.GetProperty("open").GetArrayLength());
        }

        Assert.True(points[0].GetProperty("coverage").GetProperty("effects").GetProperty("recorded").GetInt64() >= 2, points[0].GetRawText()); // the call and the point's own probe
    }

    private static async Task EndGatewayAsync(Installation installation, string signal)
    {
        var id = installation.PartId("Obstat.Gateway");
        Assert.NotNull(id);
        _ = await Ran.ProgramAsync(installation.Folder, new Dictionary<string, string>(), "kill", signal, id.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _ = await installation.ReadyAgainAsync("gateway");
    }

    private static async Task CallAsync(Installation installation, string token)
    {
        using var caller = new HttpCaller(new Uri($"{installation.Resource}/mcp/payments"), token);
        await caller.ConnectAsync();
        var answer = await caller.CallAsync("transfer", new { amount = "10.0", to = "shop", note = "one" });
        Assert.True(answer.TryGetProperty("result", out _), answer.ToString());
    }

    [GeneratedRegex("complete from 1 to [0-9]+, closed")]
    private static partial Regex ClosedPoint();
}
