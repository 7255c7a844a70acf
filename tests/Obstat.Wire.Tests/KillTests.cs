using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>
/// kill -9 of plane and gateway at seeded random moments under callers, the supervisor restarting them. Three journals are joined afterwards: what the clients were told,
/// what the tool server did, what the ledger says.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Callers = 16;
    private const int PlaneKills = 50;
    private const int GatewayKills = 20;

    private const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("small") permit (principal, action == payments::Action::"transfer", resource) when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    private sealed record Told(string Note, bool Permitted, long? Entry);

    [Fact]
    public async Task Nothing_runs_unrecorded_or_twice_and_nothing_told_is_lost_however_often_the_parts_are_killed()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("OBSTAT_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed} (OBSTAT_SEED={seed} repeats the moments)");
        var random = new Random(seed);

        await using var installation = await Installation.InitAsync("payments");
        await using var payments = await PaymentsServer.StartAsync(installation.Folder);
        _ = (await installation.RunAsync("mcp", "add", "payments", "--approve", "all", "--url", payments.Url.ToString())).MustExit(0);
        await installation.PoliciesAsync(Policies);
        await installation.UpAsync();
        var token = await installation.TokenAsync("caller");

        var told = new ConcurrentQueue<Told>();
        var permitted = 0L;
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(i, seed + i, new Uri($"{installation.Resource}/mcp/payments"), token, told, () => Interlocked.Increment(ref permitted), stop.Token))).ToArray();

        var victims = Enumerable.Repeat("Obstat.Server", PlaneKills).Concat(Enumerable.Repeat("Obstat.Gateway", GatewayKills)).ToArray();
        random.Shuffle(victims);
        var returns = new List<double>();
        foreach (var victim in victims)
        {
            await PermittedAgainAsync(() => Interlocked.Read(ref permitted));
            await Task.Delay(random.Next(0, 400), CancellationToken.None);
            var killed = installation.PartId(victim);
            Assert.NotNull(killed);
            using (var process = Process.GetProcessById(killed.Value))
            {
                process.Kill();
            }

            var ready = await installation.ReadyAgainAsync(victim == "Obstat.Server" ? "plane" : "gateway");
            await PermittedAgainAsync(() => Interlocked.Read(ref permitted));
            if (victim == "Obstat.Server")
            {
                returns.Add(ready.Elapsed.TotalSeconds);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        returns.Sort();
        output.WriteLine($"first permitted call after the plane's return: median {returns[returns.Count / 2]:F2} s, longest {returns[^1]:F2} s of {returns.Count}");

        var ledger = await SettledAsync(installation);
        Join(told, payments.Effects, ledger);
        Assert.True(returns[returns.Count / 2] < 2, $"the plane is back, and the first call is permitted {returns[returns.Count / 2]:F2} s later");
        output.WriteLine($"{told.Count(t => t.Permitted)} permitted, {told.Count(t => !t.Permitted)} denied, {payments.Effects.Count} effects, {ledger.Count} decisions");
    }

    private static void Join(IReadOnlyCollection<Told> told, IReadOnlyList<string> effects, IReadOnlyList<Decided> ledger)
    {
        var allowed = ledger.Where(d => d.Allowed).ToDictionary(d => d.Note);
        var denied = ledger.Where(d => !d.Allowed).Select(d => d.Index).ToHashSet();

        Assert.Equal(effects.Count, effects.Distinct().Count());
        Assert.Empty(effects.Where(note => !allowed.ContainsKey(note)));
        Assert.Empty(told.Where(t => t.Permitted && !effects.Contains(t.Note)));
        Assert.Empty(told.Where(t => t.Permitted && !allowed.ContainsKey(t.Note)));
        Assert.Empty(told.Where(t => !t.Permitted && t.Entry is { } entry && !denied.Contains(entry)));
        Assert.Empty(ledger.Where(d => d.Allowed && d.Ends != 1));

        // A killed gateway takes with it what it did not tell yet, of each caller one; a killed plane is told again.
        var untold = ledger.Count(d => d.Allowed && !d.IsTold);
        Assert.True(untold <= GatewayKills * Callers && untold < allowed.Count / 2, $"{untold} of {allowed.Count} outcomes were never told");
        Assert.True(told.Count(t => t.Permitted) >= 100, "too few were permitted to mean anything");
        Assert.True(told.Count(t => !t.Permitted && t.Entry is not null) >= 100, "too few were denied to mean anything");
    }

    private static async Task CallAsync(int caller, int seed, Uri url, string token, ConcurrentQueue<Told> told, Func<long> count, CancellationToken stop)
    {
        var random = new Random(seed);
        using var http = new HttpCaller(url, token);
        var connected = false;
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            try
            {
                if (!connected)
                {
                    await http.ConnectAsync();
                    connected = true;
                }

                var note = string.Create(CultureInfo.InvariantCulture, $"{caller}-{n}");
                var answer = await http.CallAsync("transfer", new { amount = random.Next(2) == 0 ? 10 : 5000, to = "acct-7", note });
                var result = answer.GetProperty("result");
                var denial = result.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("execution/denial", out var found) ? found : default;
                if (denial.ValueKind == JsonValueKind.Undefined)
                {
                    told.Enqueue(new Told(note, true, null));
                    _ = count();
                }
                else if (denial.GetProperty("reason").GetString() == "NotPermitted")
                {
                    told.Enqueue(new Told(note, false, long.Parse(denial.GetProperty("decision").GetString()!, CultureInfo.InvariantCulture)));
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException or IOException or JsonException or KeyNotFoundException)
            {
                connected = false;
            }

            await Task.Delay(random.Next(50, 500), CancellationToken.None);
        }
    }

    private static async Task PermittedAgainAsync(Func<long> permitted)
    {
        var before = permitted();
        var waited = Stopwatch.StartNew();
        while (permitted() == before)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "nothing is permitted any more");
            await Task.Delay(5);
        }
    }

    /// <summary>The decided transfers, once every intent has its end: the sweep closes what nobody reported, permit's end + 60 s after the last kill.</summary>
    private static async Task<IReadOnlyList<Decided>> SettledAsync(Installation installation)
    {
        var waited = Stopwatch.StartNew();
        for (var n = 0; ; n++)
        {
            var bundle = Path.Combine(installation.Folder, string.Create(CultureInfo.InvariantCulture, $"bundle-{n}.zip"));
            _ = (await installation.RunAsync("export", "all", "--to", bundle)).MustExit(0);
            var decided = EvidenceBundle.Transfers(bundle);
            if (decided.All(d => !d.Allowed || d.Ends > 0) || waited.Elapsed > TimeSpan.FromSeconds(120))
            {
                var key = (await installation.RunAsync("status", "--output", "json")).MustExit(0).Json.GetProperty("logKey").GetString()!;
                Assert.Contains((await installation.RunAsync("verify", bundle, "--log-key", key)).Exit, new[] { 0, 13 });
                return decided;
            }

            await Task.Delay(TimeSpan.FromSeconds(5));
        }
    }
}
