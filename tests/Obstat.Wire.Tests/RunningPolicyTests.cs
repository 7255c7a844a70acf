using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>Streams that run through the built programs while the law moves under them.</summary>
public sealed class RunningPolicyTests(ITestOutputHelper output) : StreamScene(output)
{
    [Fact]
    public async Task A_policy_that_forbids_what_runs_ends_it_and_one_that_still_permits_it_does_not()
    {
        await StartAsync(Long);
        var streams = await WatchAsync(3);
        await Home.PoliciesAsync(Policies + """@id("more") permit (principal is Plane::Agent, action, resource);""");
        await UntilRecordedAsync(e => e.GetProperty("event").GetString() == "re-decided", streams.Length);
        var before = streams.Select(s => s.Bytes).ToArray();
        await UntilAsync(() => streams.Zip(before).All(s => s.First.Bytes > s.Second), "every stream goes on");
        await Home.PoliciesAsync(Policies + """@id("closed") forbid (principal, action == streams::Action::"watch", resource);""");
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains("Forbidden", s.Tail, StringComparison.Ordinal));
        await UntilRecordedAsync(e => e.GetProperty("event").GetString() == "ended" && e.GetProperty("code").GetString() == "Forbidden", streams.Length);
        Assert.Equal("law", Assert.Single((await PredicatesAsync("policy-activation"))[^1].GetProperty("changed").EnumerateArray()).GetString());
    }

    private async Task UntilRecordedAsync(Func<JsonElement, bool> which, int count)
    {
        var waited = Stopwatch.StartNew();
        while ((await PredicatesAsync("lease")).SelectMany(l => l.GetProperty("events").EnumerateArray()).Count(which) < count)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the ledger tells what was decided again");
        }
    }
}
