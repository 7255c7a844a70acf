using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof.Messages;
using Obstat.Server.Tests.Planes;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Faces;

/// <summary>
/// How long complete answers take over a large ledger, and what they cost decisions. Small unless the environment says otherwise: <c>OBSTAT_FACES_DECISIONS=1000000</c> for the first, <c>OBSTAT_FACES_SECONDS=20</c> for each part of the second.
/// Times count from when each request was due.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FiguresTests(ITestOutputHelper output)
{
    private const int QuestionsASecond = 10;
    private const int AsksASecond = 40;
    private const int PagesASecond = 50;
    private const int Viewers = 100;
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMilliseconds(200);

    private static int Said(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : otherwise;

    private static double P(IEnumerable<double> times, double part)
    {
        var sorted = times.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }

    private static async Task DueAsync(long start, double seconds)
    {
        var left = seconds - Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (left > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(left));
        }
    }

    /// <summary>Open loop: what is due begins, whatever became of what was due before.</summary>
    private static async Task<double[]> LoopAsync(double rate, int count, Func<int, Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        var times = new double[count];
        var running = new List<Task>(count);
        for (var i = 0; i < count; i++)
        {
            await DueAsync(start, i / rate);
            var n = i;
            running.Add(Task.Run(async () =>
            {
                await act(n);
                times[n] = (Stopwatch.GetElapsedTime(start).TotalSeconds - (n / rate)) * 1_000;
            }));
        }

        await Task.WhenAll(running);
        return times;
    }

    [Fact]
    public async Task Lists_entries_facets_and_lineage_of_many_decisions_are_answered_in_time()
    {
        var decisions = Said("OBSTAT_FACES_DECISIONS", 3_000);
        var home = new TestInstallation(console: "127.0.0.1:0");
        var point = new TestPoint(home);
        await using (await home.StartAsync())
        {
            _ = await point.RegisterAsync();
        }

        var written = await ManyDecisions.WriteAsync(home, point, decisions);
        output.WriteLine(FormattableString.Invariant($"{decisions} decisions written at {written:0} entries/s"));
        await using var plane = await FacesPlane.OfAsync(home, point);
        using var owner = await plane.AsAsync("owner");
        var filling = Stopwatch.StartNew();
        await plane.IndexedAsync(owner, TimeSpan.FromMinutes(15));
        var first = await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + "?limit=1&verdict=allow&facets=1", ApiJson.Default.DecisionsView);
        output.WriteLine(FormattableString.Invariant($"indexed at {decisions / filling.Elapsed.TotalSeconds:0} decisions/s, {new FileInfo(Path.Combine(home.Settings.Paths.Ledger, "faces.db")).Length / (double)decisions:0} bytes each"));
        Assert.Equal(decisions, first.All);
        var size = (await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView)).Entries;
        var random = new Random(3);
        long Anywhere() => random.NextInt64(size / 10, size);
        (string Name, Func<string> Path)[] questions =
        [
            ("list of 50 anywhere", () => $"{ApiRoutes.Decisions}?after={Anywhere()}"),
            ("list and facets, no filter", () => $"{ApiRoutes.Decisions}?facets=1"),
            ("list and facets, 0.1 % fit", () => $"{ApiRoutes.Decisions}?facets=1&reason=Late&after={Anywhere()}"),
            ("list and facets, 50 % fit", () => $"{ApiRoutes.Decisions}?facets=1&reason=NotPermitted&after={Anywhere()}"),
            ("list and facets, two terms", () => $"{ApiRoutes.Decisions}?facets=1&reason=Forbidden&action=mcp.list&after={Anywhere()}"),
            ("entry", () => $"{ApiRoutes.Entries}{Anywhere()}"),
            ("lineage of 300", () => ApiRoutes.Lineage + ManyDecisions.Execution(random.Next(decisions))),
            ("overview", () => ApiRoutes.Overview),
        ];
        foreach (var question in questions)
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(200, (await FacesPlane.GetAsync(owner, question.Path())).Status);
            }
        }

        var count = Math.Max(4, Said("OBSTAT_FACES_SECONDS", 4)) * QuestionsASecond;
        var asked = Enumerable.Range(0, count).Select(i => (Question: i % questions.Length, Path: questions[i % questions.Length].Path())).ToArray();
        var times = await LoopAsync(QuestionsASecond, count, async i => Assert.Equal(200, (await FacesPlane.GetAsync(owner, asked[i].Path)).Status));
        foreach (var (question, of) in asked.Zip(times).GroupBy(a => a.First.Question).Select(g => (g.Key, g.Select(t => t.Second).ToArray())))
        {
            output.WriteLine(FormattableString.Invariant($"{questions[question].Name,-28} p50 {P(of, 0.5),7:0.0} ms   worst of {of.Length} {of.Max(),7:0.0} ms"));
        }

        output.WriteLine(FormattableString.Invariant($"all at {QuestionsASecond}/s{"",-19} p50 {P(times, 0.5),7:0.0} ms   p99 {P(times, 0.99),7:0.0} ms (at most {AnswerMax.TotalMilliseconds:0})"));
        // Beside the other suites no time means much; the figure is what is told.
        Assert.True(P(times, 0.5) < 10 * AnswerMax.TotalMilliseconds);
    }

    [Fact]
    public async Task A_hundred_who_look_on_and_fifty_pages_a_second_do_not_slow_decisions()
    {
        var seconds = Said("OBSTAT_FACES_SECONDS", 2);
        await using var plane = await FacesPlane.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            _ = await plane.AskAsync(i % 3 == 0 ? "5" : "5000");
        }

        var token = new Assertion(AssertionKinds.RunToken, await plane.Point.RunTokenAsync());
        async Task<double[]> DecideAsync()
        {
            var asks = Enumerable.Range(0, seconds * AsksASecond).Select(i => plane.Point.Ask(plane.Point.Transfer("5000"), token)).ToArray();
            return await LoopAsync(AsksASecond, asks.Length, async i => Assert.IsType<DenyAnswer>(await plane.Point.AskAsync(asks[i])));
        }

        var sessions = new List<HttpClient>();
        for (var i = 0; i < Viewers / 4; i++)
        {
            sessions.Add(await plane.AsAsync("viewer"));
        }

        using var pages = plane.Nobody();
        pages.DefaultRequestHeaders.Add("Cookie", string.Create(CultureInfo.InvariantCulture, $"obstat-{plane.Address.Port}={sessions[0].DefaultRequestHeaders.Authorization!.Parameter}"));
        string[] views = ["/", "/decisions", "/health", "/executions", "/ledger"];
        foreach (var view in views)
        {
            Assert.Equal(200, (await FacesPlane.GetAsync(pages, view)).Status);
        }

        _ = await DecideAsync(); // until what is hot is compiled
        var (alone, watched, shown, busy) = (new List<double>(), new List<double>(), new ConcurrentBag<double>(), 0);
        for (var round = 0; round < 3; round++)
        {
            alone.AddRange(await DecideAsync());
            using var end = new CancellationTokenSource();
            var live = sessions.SelectMany(s => Enumerable.Range(0, 4).Select(_ => WatchAsync(s, end.Token))).ToArray();
            var viewing = LoopAsync(PagesASecond, seconds * PagesASecond, async i =>
            {
                var started = Stopwatch.GetTimestamp();
                var (status, _) = await FacesPlane.GetAsync(pages, views[i % views.Length]);
                _ = status == 200 ? 0 : Interlocked.Increment(ref busy);
                Assert.True(status is 200 or 503);
                shown.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            });
            watched.AddRange(await DecideAsync());
            _ = await viewing;
            await end.CancelAsync();
            await Task.WhenAll(live);
        }

        foreach (var session in sessions)
        {
            session.Dispose();
        }

        output.WriteLine(FormattableString.Invariant($"decisions at {AsksASecond}/s alone: p50 {P(alone, 0.5):0.0} ms, p99 {P(alone, 0.99):0.0} ms"));
        output.WriteLine(FormattableString.Invariant($"with {Viewers} live viewers and {PagesASecond} page views/s: p50 {P(watched, 0.5):0.0} ms, p99 {P(watched, 0.99):0.0} ms: {P(watched, 0.99) / P(alone, 0.99):0.00} x (at most 1.1 x)"));
        output.WriteLine(FormattableString.Invariant($"pages: p50 {P(shown, 0.5):0.0} ms, p99 {P(shown, 0.99):0.0} ms, {busy} of {shown.Count} were busy"));
        Assert.Equal(3 * seconds * AsksASecond, watched.Count);
    }

    private static async Task WatchAsync(HttpClient client, CancellationToken end)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(ApiRoutes.Events, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, end);
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(end));
            while (await lines.ReadLineAsync(end) is not null)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // It looked long enough.
        }
    }
}
