using System.Diagnostics;
using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof.Messages;
using Obstat.Server.Tests.Planes;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Faces;

/// <summary>
/// How long complete answers take over a large ledger, and what they cost decisions. Small unless the environment says otherwise: <c>OBSTAT_FACES_DECISIONS=1000000</c> for the first, <c>OBSTAT_FACES_SECONDS=60</c> for how long either lasts;
/// <c>OBSTAT_FACES_FOLDER</c> names a folder in which the installation stays, and is found again. Times count from when each request was due.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FiguresTests(ITestOutputHelper output)
{
    private const int QuestionsASecond = 10;
    private const int AsksASecond = 40;
    private const int PagesASecond = 50;
    private const int Viewers = 100;
    private const int Streams = 4; // that one session may have
    private const int Rounds = 3;
    private const int QuickSeconds = 10;
    private const int WarmSeconds = 30; // of pages and events until what they need is compiled: thousands of methods
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
        var home = new TestInstallation(console: "127.0.0.1:0", kept: Environment.GetEnvironmentVariable("OBSTAT_FACES_FOLDER"));
        var point = new TestPoint(home, home.Point);
        if (!File.Exists(Path.Combine(home.Settings.Paths.Ledger, "ledger.db")))
        {
            await using (await home.StartAsync())
            {
                _ = await point.RegisterAsync();
            }

            var written = await ManyDecisions.WriteAsync(home, point, decisions);
            output.WriteLine(FormattableString.Invariant($"{decisions} decisions written at {written:0} entries/s"));
        }

        await using var plane = await FacesPlane.OfAsync(home, point);
        using var owner = await plane.AsAsync("owner");
        var filling = Stopwatch.StartNew();
        await plane.IndexedAsync(owner, TimeSpan.FromMinutes(15));
        var first = await FacesPlane.ReadAsync(owner, ApiRoutes.Decisions + "?limit=1&verdict=allow&facets=1", ApiJson.Default.DecisionsView);
        output.WriteLine(FormattableString.Invariant($"indexed at {decisions / filling.Elapsed.TotalSeconds:0} decisions/s, {new FileInfo(Path.Combine(home.Settings.Paths.Ledger, "faces.db")).Length / (double)decisions:0} bytes each"));
        Assert.Equal(decisions, first.All);
        using var pages = plane.Nobody();
        pages.DefaultRequestHeaders.Add("Cookie", plane.Cookie(owner));
        var size = (await FacesPlane.ReadAsync(owner, ApiRoutes.State, ApiJson.Default.StateView)).Entries;
        var random = new Random(3);
        long Anywhere() => random.NextInt64(size / 10, size);
        string Lineage() => ManyDecisions.Execution(random.Next(decisions));
        (string Name, Func<string> Path)[] questions =
        [
            ("list of 50 anywhere", () => $"{ApiRoutes.Decisions}?after={Anywhere()}"),
            ("list and facets, no filter", () => $"{ApiRoutes.Decisions}?facets=1"),
            ("list and facets, 0.1 % fit", () => $"{ApiRoutes.Decisions}?facets=1&reason=Late&after={Anywhere()}"),
            ("list and facets, 50 % fit", () => $"{ApiRoutes.Decisions}?facets=1&reason=NotPermitted&after={Anywhere()}"),
            ("list and facets, two terms", () => $"{ApiRoutes.Decisions}?facets=1&reason=Forbidden&action=mcp.list&after={Anywhere()}"),
            ("entry", () => $"{ApiRoutes.Entries}{Anywhere()}"),
            ("lineage of 300", () => ApiRoutes.Lineage + Lineage()),
            ("page: list, no filter", () => $"/decisions?after={Anywhere()}"),
            ("page: list, 0.1 % fit", () => $"/decisions?reason=Late&after={Anywhere()}"),
            ("page: list, 50 % fit", () => $"/decisions?reason=NotPermitted&after={Anywhere()}"),
            ("page: entry", () => $"/e/{Anywhere()}"),
            ("page: lineage of 300", () => $"/x/{Lineage()}"),
            ("page: overview", () => "/"),
        ];
        async Task AnswerAsync(string path) => Assert.Equal(200, (await FacesPlane.GetAsync(path.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal) ? owner : pages, path)).Status);
        foreach (var question in questions)
        {
            for (var i = 0; i < 5; i++)
            {
                // A file that nobody read for long may take longer than pages wait.
                _ = await FacesPlane.GetAsync(question.Name.StartsWith("page", StringComparison.Ordinal) ? pages : owner, question.Path());
            }
        }

        var count = Math.Max(4, Said("OBSTAT_FACES_SECONDS", 4)) * QuestionsASecond;
        var asked = Enumerable.Range(0, count).Select(i => (Question: i % questions.Length, Path: questions[i % questions.Length].Path())).ToArray();
        var times = await LoopAsync(QuestionsASecond, count, i => AnswerAsync(asked[i].Path));
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

        var cookies = new List<string>();
        for (var i = 0; i < Viewers / Streams; i++)
        {
            using var viewer = await plane.AsAsync("viewer");
            cookies.Add(plane.Cookie(viewer));
        }

        _ = await DecideAsync(); // until what is hot is compiled
        var (alone, watched, shown, busy, rows) = (new List<double>(), new List<double>(), new List<double>(), 0, 0L);
        for (var round = seconds < QuickSeconds ? -1 : -(WarmSeconds + seconds - 1) / seconds; round < Rounds; round++)
        {
            var before = await DecideAsync();
            var people = new Onlookers(plane.Address);
            people.Watch(cookies, Streams);
            people.Ask(cookies[0], ["/", "/decisions", "/health", "/executions", "/ledger"], PagesASecond, seconds);
            var beside = await DecideAsync();
            people.Dispose();
            if (round >= 0)
            {
                alone.AddRange(before);
                watched.AddRange(beside);
                shown.AddRange(people.Shown);
                (busy, rows) = (busy + people.Busy, rows + people.Rows);
            }
        }

        output.WriteLine(FormattableString.Invariant($"decisions at {AsksASecond}/s alone: p50 {P(alone, 0.5):0.0} ms, p99 {P(alone, 0.99):0.0} ms"));
        output.WriteLine(FormattableString.Invariant($"with {Viewers} live viewers and {PagesASecond} page views/s: p50 {P(watched, 0.5):0.0} ms, p99 {P(watched, 0.99):0.0} ms: {P(watched, 0.99) / P(alone, 0.99):0.00} x (at most 1.1 x)"));
        output.WriteLine(FormattableString.Invariant($"pages: p50 {P(shown, 0.5):0.0} ms, p99 {P(shown, 0.99):0.0} ms, {busy} of {shown.Count} were busy; {rows} live rows"));
        Assert.Equal(Rounds * seconds * AsksASecond, watched.Count);
        Assert.Equal(Rounds * seconds * PagesASecond, shown.Count);
        // Each of them was told of each decision, but for those that came when it began or ended.
        Assert.InRange(rows, Viewers * watched.Count / 2, Viewers * watched.Count);
    }
}
