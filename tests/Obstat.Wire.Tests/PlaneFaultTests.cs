using System.Diagnostics;

namespace Obstat.Wire.Tests;

/// <summary>
/// A plane that is cut off, late, speaks nonsense, or was deposed, before streams that run through the built programs: they end by their deadline, new calls are refused, and the same gateway serves again by itself.
/// </summary>
public sealed class PlaneFaultTests(ITestOutputHelper output) : StreamScene(output)
{
    private readonly ITestOutputHelper _output = output;
    private PlaneWire? _wire;
    private Process? _deposed;
    private Watched? _probe;
    private string? _copy;

    public override async ValueTask DisposeAsync()
    {
        _deposed?.Kill();
        _deposed?.Dispose();
        _probe?.Dispose();
        await (_wire?.DisposeAsync() ?? ValueTask.CompletedTask);
        await base.DisposeAsync();
        if (_copy is not null)
        {
            Directory.Delete(_copy, recursive: true);
        }
    }

    private async Task WiredAsync(Func<Task<System.Net.Sockets.Socket>>? dial = null)
    {
        _wire = new PlaneWire(Settings.Gateway.Plane.Path, dial ?? PlaneWire.To(Settings.Listen.Enforcement.Path));
        await UpAsync();
    }

    /// <summary>The fault holds: every stream ends within the lease, a call is refused, and once the fault is over the same gateway serves again.</summary>
    /// <param name="since">Timestamp of the fault.</param>
    /// <param name="probe">An open session.</param>
    /// <param name="streams">What runs.</param>
    /// <param name="mend">Ends the fault.</param>
    /// <param name="later">The code of a refusal once the point knows more than that the plane gives no usable answer; null: no more is known.</param>
    private async Task EndsAndReturnsAsync(long since, Watched probe, Watched[] streams, Func<Task> mend, string? later = null)
    {
        var gateway = Home.PartId("Obstat.Gateway");
        _probe = probe;
        var (said, took) = await CallAgainAsync(probe);
        Assert.True(said.Contains("PlaneUnavailable", StringComparison.Ordinal), said);
        _output.WriteLine($"a new call is refused after {took.TotalMilliseconds:0} ms");
        await EndedAsync(streams);
        var ms = streams.Select(s => Stopwatch.GetElapsedTime(since, s.Last).TotalMilliseconds).ToList();
        Tell("fault to last byte", ms);
        Assert.True(ms[^1] < Short * 1000, $"{ms[^1]} ms");
        (said, _) = await CallAgainAsync(probe);
        Assert.True(said.Contains("PlaneUnavailable", StringComparison.Ordinal) || (later is not null && said.Contains(later, StringComparison.Ordinal)), said);

        await mend();
        var served = await ServedAgainAsync(probe);
        var back = Stopwatch.GetElapsedTime(_wire!.Accepted, served);
        _output.WriteLine($"first connection that reaches the plane to first call that is permitted: {back.TotalMilliseconds:0} ms");
        Assert.True(back < TimeSpan.FromSeconds(5), $"{back}; the claim is 2 s, on a machine that does nothing else");
        Assert.Equal(gateway, Home.PartId("Obstat.Gateway"));
    }

    [Fact]
    public async Task A_plane_behind_a_pulled_cable_lets_no_stream_run_beyond_its_lease()
    {
        await MakeAsync(Short, wire: true);
        var (apart, reason) = await PlaneApart.MakeAsync(Settings.Listen.Enforcement.Path);
        Assert.SkipWhen(apart is null, $"no network namespace here: {reason}");
        await using var cable = apart;
        await WiredAsync(cable!.DialAsync);
        var (probe, streams) = ((await WatchAsync(1))[0], await WatchAsync(5));
        var since = Stopwatch.GetTimestamp();
        await cable.CableAsync(isIn: false);
        _wire!.Forget();
        await EndsAndReturnsAsync(since, probe, streams, () => cable.CableAsync(isIn: true));
    }

    [Fact]
    public async Task Answers_that_are_nine_seconds_late_renew_nothing()
    {
        const int Lease = 10;
        await MakeAsync(Lease, wire: true);
        await WiredAsync();
        var streams = await WatchAsync(5);
        var since = Stopwatch.GetTimestamp();
        _wire!.Delay = TimeSpan.FromSeconds(9);
        await EndedAsync(streams);
        var ms = streams.Select(s => Stopwatch.GetElapsedTime(since, s.Last).TotalMilliseconds).ToList();
        Tell("delay to last byte", ms);

        // A beat sent within the first second is answered in time and holds until ten seconds after it was sent; had it counted from its arrival, streams would have run for 19.
        Assert.True(ms[^1] < (Lease + 2) * 1000, $"{ms[^1]} ms");
    }

    [Fact]
    public async Task A_plane_that_answers_garbage_renews_nothing_and_permits_nothing()
    {
        await MakeAsync(Short, wire: true);
        await WiredAsync();
        var (probe, streams) = ((await WatchAsync(1))[0], await WatchAsync(5));
        var since = Stopwatch.GetTimestamp();
        _wire!.SpeaksGarbage = true;
        _wire.Reset();
        await EndsAndReturnsAsync(since, probe, streams, () =>
        {
            _wire.SpeaksGarbage = false;
            _wire.Reset();
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_deposed_plane_of_an_earlier_epoch_renews_nothing_and_permits_nothing()
    {
        await MakeAsync(Short, wire: true);
        await WiredAsync();

        // A copy as it was before the next start: a plane on it takes the epoch that the next start takes, and the one after that has a higher one.
        var plane = Home.PartId("Obstat.Server")!.Value;
        var command = (await File.ReadAllTextAsync($"/proc/{plane}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var supervisor = ParentOf(plane);
        await SignalAsync("-STOP", supervisor);
        await SignalAsync("-KILL", plane);
        await UntilAsync(() => !Directory.Exists($"/proc/{plane}") || File.ReadAllText($"/proc/{plane}/stat").Contains(") Z ", StringComparison.Ordinal), "the plane is dead");
        _copy = Directory.CreateTempSubdirectory("deposed-").FullName;
        _ = (await Ran.ProgramAsync(Home.Folder, new Dictionary<string, string>(), "sh", "-c", $"cp -a obstat.json policies .obstat '{_copy}/' && find '{_copy}' -name '*.sock' -delete")).MustExit(0);
        await SignalAsync("-CONT", supervisor);
        _ = await Home.ReadyAgainAsync("plane");
        await SignalAsync("-KILL", Home.PartId("Obstat.Server")!.Value);
        _ = await Home.ReadyAgainAsync("plane");
        await WatchedAgainAsync();
        var (probe, streams) = ((await WatchAsync(1))[0], await WatchAsync(5));

        _deposed = Process.Start(Ran.StartOf(_copy, new Dictionary<string, string>(), command[0], command[1..].Select(w => w.Replace(Home.Folder, _copy, StringComparison.Ordinal))))!;
        while (await _deposed.StandardError.ReadLineAsync() is { } line && line != "ready")
        {
            _output.WriteLine($"deposed | {line}");
        }

        Assert.False(_deposed.HasExited, "the deposed plane serves");
        var current = _wire!.Dial;
        var since = Stopwatch.GetTimestamp();
        _wire.Dial = PlaneWire.To(Settings.Listen.Enforcement.Path.Replace(Home.Folder, _copy, StringComparison.Ordinal));
        _wire.Reset();
        await EndsAndReturnsAsync(since, probe, streams, () =>
        {
            _wire.Dial = current;
            _wire.Reset();
            return Task.CompletedTask;
        }, "AssertionInvalid"); // of the proof that the log goes on from the largest head that this point saw
    }

    // A session of before is the same session; that a stream can begin says that the gateway registered with the plane that runs now.
    private async Task WatchedAgainAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                (await WatchAsync(1))[0].Dispose();
                return;
            }
            catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException && waited.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(50);
            }
        }
    }
}
