using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>The yearly change of logs, through the built programs: the plane stops, the log ends, the plane starts on the one that goes on, and the gateway that ran all the time follows by itself.</summary>
public sealed class LogChangeTests(ITestOutputHelper output)
{
    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("small") permit (principal, action == payments::Action::"transfer", resource) when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    [Fact]
    public async Task A_gateway_that_runs_follows_into_the_log_that_goes_on_and_both_are_audited_offline()
    {
        await using var installation = await Installation.InitAsync("payments");
        await using var payments = await PaymentsServer.StartAsync(installation.Folder);
        _ = (await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--url", payments.Url.ToString())).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();
        await PermittedAsync(installation, await installation.TokenAsync("caller"));
        var before = (await installation.RunAsync("status", "--output", "json")).MustExit(0).Json.GetProperty("logKey").GetString()!;
        var (gateway, plane) = (installation.PartId("Obstat.Gateway"), installation.PartId("Obstat.Server")!.Value);
        var supervisor = (await File.ReadAllTextAsync($"/proc/{plane}/stat")).Split(") ")[1].Split(' ')[1];
        await SignalAsync("-STOP", supervisor);
        await SignalAsync("-TERM", plane.ToString(CultureInfo.InvariantCulture));
        await UntilAsync(() => !Directory.Exists($"/proc/{plane}") || File.ReadAllText($"/proc/{plane}/stat").Contains(") Z ", StringComparison.Ordinal));

        var ended = (await installation.RunAsync("ledger", "rotate", "--log", "--output", "json")).MustExit(0).Json;
        await SignalAsync("-CONT", supervisor);
        _ = await installation.ReadyAgainAsync("plane");
        var token = (await installation.RunAsync("identity", "token", "caller", "--audience", installation.Resource)).MustExit(0).Output.Trim();
        var waited = Stopwatch.StartNew();
        await PermittedAsync(installation, token);
        output.WriteLine($"permitted again {waited.ElapsedMilliseconds} ms after the plane was ready");
        Assert.Equal(gateway, installation.PartId("Obstat.Gateway"));
        Assert.Equal(2, payments.Effects.Count);

        var (old, now, after) = (Path.Combine(installation.Folder, "old"), Path.Combine(installation.Folder, "now"), ended.GetProperty("logKey").GetString()!);
        _ = (await installation.RunAsync("ledger", "export", old, "--statements", "--from", ended.GetProperty("folder").GetString()!)).MustExit(0);
        _ = (await installation.RunAsync("export", "all", "--to", Path.Combine(installation.Folder, "bundle.zip"))).MustExit(0);
        await installation.DownAsync();
        _ = (await installation.RunAsync("ledger", "export", now, "--statements")).MustExit(0);
        Holds(await installation.RunAsync("audit", old, "--log-key", before));
        Holds(await installation.RunAsync("audit", now, "--log-key", after, "--predecessor", old));
        Holds(await installation.RunAsync("verify", Path.Combine(installation.Folder, "bundle.zip"), "--log-key", after));
        _ = (await installation.RunAsync("audit", old, "--log-key", before, "--predecessor", now)).MustExit(12);
        _ = (await installation.RunAsync("audit", now, "--log-key", before)).MustExit(12);
    }

    // Incomplete is what a folder is whose newest numbers are on their way; nothing may have failed.
    private static void Holds(Ran ran) => Assert.True(ran.Exit is 0 or 13, ran.Output + ran.Errors);

    private static async Task PermittedAsync(Installation installation, string token)
    {
        var (waited, last) = (Stopwatch.StartNew(), "");
        while (true)
        {
            try
            {
                using var http = new HttpCaller(new Uri($"{installation.Resource}/mcp/payments"), token);
                await http.ConnectAsync();
                var result = (await http.CallAsync("transfer", new { amount = 10, to = "acct-7", note = "n" })).GetProperty("result");
                if (!result.TryGetProperty("_meta", out var meta) || !meta.TryGetProperty("execution/denial", out _))
                {
                    return;
                }

                last = result.ToString();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException or IOException or JsonException or KeyNotFoundException)
            {
                last = e.Message; // Refused, or not served yet.
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"nothing is permitted: {last}\n{installation.Said}");
            await Task.Delay(100);
        }
    }

    private static async Task SignalAsync(string signal, string id) => _ = (await Ran.ProgramAsync(Path.GetTempPath(), new Dictionary<string, string>(), "kill", signal, id)).MustExit(0);

    private static async Task UntilAsync(Func<bool> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the plane did not stop");
            await Task.Delay(20);
        }
    }
}
