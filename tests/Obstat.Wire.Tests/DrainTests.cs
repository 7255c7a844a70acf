using System.Globalization;

namespace Obstat.Wire.Tests;

/// <summary>Work on the plane through the built programs: a drain, and permits that two people put in force for a short time.</summary>
public sealed class DrainTests(ITestOutputHelper output) : StreamScene(output)
{
    private const string Connect = """@id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);""";

    [Fact]
    public async Task A_drain_refuses_what_is_new_ends_what_runs_at_its_bound_and_is_ended_by_a_command()
    {
        await StartAsync(Long);
        var streams = await WatchAsync(2);
        Assert.StartsWith("draining nothing new starts, entry ", (await Home.RunAsync("drain", "--within", "12s", "--reason", "upgrade")).MustExit(0).Output, StringComparison.Ordinal);
        Assert.Contains("Halted", await streams[0].CallAgainAsync(), StringComparison.Ordinal);
        var before = streams.Sum(s => s.Bytes);
        var status = (await Home.RunAsync("status")).MustExit(10).Output.Split('\n');
        Assert.Equal("serving  drained - what runs goes on, nothing new starts", status[1]);
        Assert.Matches("^  drain     nothing new starts; [2-9] running, ended at .* at the latest; obstat drain --end$", status[2]);
        await UntilAsync(() => streams.Sum(s => s.Bytes) > before, "what runs goes on");

        Assert.Contains("\n  running   0, ended at ", (await Home.RunAsync("drain", "--within", "2s", "--wait")).MustExit(0).Output, StringComparison.Ordinal);
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains("Halted", s.Tail, StringComparison.Ordinal));
        Assert.StartsWith("serving  the drain is over, entry ", (await Home.RunAsync("drain", "--end", "--reason", "upgraded")).MustExit(0).Output, StringComparison.Ordinal);
        (await WatchAsync(1))[0].Dispose();
    }

    [Fact]
    public async Task Permits_of_a_break_glass_take_two_people_are_shown_and_end_with_what_runs_under_them()
    {
        await MakeAsync(Long);
        await Home.PoliciesAsync(Connect);
        _ = (await Home.RunAsync("operator", "add", "beate", "--key", "beate.pem")).MustExit(0);
        await UpAsync();
        var end = (DateTimeOffset.UtcNow + TimeSpan.FromMinutes(30)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Path.Combine(Home.Folder, "restore.cedar"), $$"""@id("break-glass-watch") @expires("{{end}}") permit (principal, action == streams::Action::"watch", resource == Plane::Server::"streams");""");

        Assert.StartsWith("waiting  1 of 2 people agreed", (await Home.RunAsync("break-glass", "restore.cedar", "--reason", "outage-7")).MustExit(0).Output, StringComparison.Ordinal);
        Assert.StartsWith("waiting  1 of 2 people agreed", (await Home.RunAsync("break-glass", "restore.cedar", "--reason", "outage-7")).MustExit(0).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BREAK-GLASS", (await Home.RunAsync("status")).MustExit(0).Output, StringComparison.Ordinal);
        var broken = (await Home.RunAsync("break-glass", "restore.cedar", "--reason", "outage-7", "--key", "beate.pem")).MustExit(0).Output;
        Assert.Matches("^in force until .*, entry [0-9]+, by 2 people", broken);
        var stream = (await WatchAsync(1))[0];
        Assert.Contains("BREAK-GLASS in force until ", (await Home.RunAsync("status")).MustExit(0).Output, StringComparison.Ordinal);

        Assert.StartsWith("ended    entry ", (await Home.RunAsync("break-glass", "--end", "--reason", "restored")).MustExit(0).Output, StringComparison.Ordinal);
        await stream.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("NotPermitted", stream.Tail, StringComparison.Ordinal);
        Assert.Contains("NotPermitted", await stream.CallAgainAsync(), StringComparison.Ordinal);
        stream.Dispose();
    }
}
