using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>Whether the gate is shut, as the built programs prove and say it.</summary>
public sealed class CanaryTests
{
    [Fact]
    public async Task A_gateway_serves_only_after_it_proved_that_it_is_shut_and_status_says_so_first()
    {
        await using var installation = await Installation.InitAsync("read-only");
        await installation.UpAsync();
        var said = installation.Said;
        Assert.InRange(said.IndexOf("armed: a forbidden probe was refused and recorded, a permitted one passed", StringComparison.Ordinal), 0, said.IndexOf("gateway | listening", StringComparison.Ordinal));

        // What the point said last may be older than the newest order; it says it again with its next probe.
        var waited = Stopwatch.StartNew();
        JsonElement status, point;
        do
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(45), "the point enforces by what the plane published");
            status = (await installation.RunAsync("status", "--output", "json")).MustExit(0).Json;
            point = Assert.Single(status.GetProperty("points").EnumerateArray());
        }
        while (point.GetProperty("drift").GetArrayLength() > 0);

        Assert.Equal("closed", status.GetProperty("closed").GetProperty("state").GetString());
        Assert.InRange(status.GetProperty("closed").GetProperty("sinceMs").GetInt64(), 0, 3 * status.GetProperty("probeMs").GetInt64());
        Assert.True(status.GetProperty("serving").GetBoolean());
        Assert.Equal(0, point.GetProperty("proof").GetProperty("effects").GetInt64());
        Assert.Equal(3, point.GetProperty("effective").GetString()!.Split('.').Length);
        var lines = (await installation.RunAsync("status")).MustExit(0).Output.Split('\n');
        Assert.Matches("^closed   proved closed .* ago$", lines[0]);
        Assert.Matches("^serving  yes - a permitted probe passed .* ago$", lines[1]);

        // The probes are evidence like everything else, and in nobody's way.
        Assert.Empty((await installation.RunAsync("decisions", "list", "--output", "json")).MustExit(0).Json.GetProperty("decisions").EnumerateArray());
        await installation.EvidenceHoldsExactlyAsync();
    }

    [Fact]
    public async Task A_disarmed_gateway_serves_nobody_until_an_operator_arms_it_again()
    {
        await using var installation = await Installation.InitAsync("read-only");
        await installation.UpAsync();
        await installation.DownAsync();
        var breach = Path.Combine(installation.Folder, ".obstat", "keys", "gateway", "breach.json");

        // The copy takes the mode of a file that is the point's own: one that others could read would be refused.
        File.Copy(Path.Combine(Path.GetDirectoryName(breach)!, "memory.json"), breach);
        await File.WriteAllTextAsync(breach, """{"cause":"the forbidden probe was permitted and had its effect","effects":1,"halt":"AAAAAAAAAAAAAAAAAAAAAA","told":false,"v":1}""");

        var up = installation.UpAsync();
        JsonElement halts;
        do
        {
            Assert.False(up.IsCompleted, "nothing listens while the point is disarmed");
            halts = await installation.RunAsync("halts", "--output", "json") is { Exit: 0 } ran ? ran.Json.GetProperty("halts") : default;
        }
        while (halts.ValueKind != JsonValueKind.Array || halts.GetArrayLength() == 0);

        Assert.Equal("canary", halts[0].GetProperty("by").GetString());
        var status = (await installation.RunAsync("status")).MustExit(15).Output;
        Assert.StartsWith("OPEN     a probe that must have no effect had one: gateway", status, StringComparison.Ordinal);
        Assert.Contains("DISARMED: the forbidden probe was permitted and had its effect; obstat rearm gateway", status, StringComparison.Ordinal);
        Assert.False(up.IsCompleted);

        _ = (await installation.RunAsync("rearm", "nobody")).MustExit(2);
        Assert.Contains("ordered  gateway to prove itself anew", (await installation.RunAsync("rearm", "gateway", "--reason", "looked at")).MustExit(0).Output, StringComparison.Ordinal);
        await up;
        Assert.False(File.Exists(breach));
        Assert.StartsWith("closed   proved closed ", (await installation.RunAsync("status")).MustExit(0).Output, StringComparison.Ordinal);
        await installation.EvidenceHoldsExactlyAsync();
    }
}
