using System.Diagnostics;
using System.Text.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Wire.Tests;

/// <summary>
/// Streams that run through the built programs, and what ends them: an order, a dead or hung plane, a frozen gateway. Bytes are counted where the client's kernel gives them out.
/// <c>OBSTAT_STREAMS</c> sets how many an order ends at once (30).
/// </summary>
public sealed class StreamTests(ITestOutputHelper output) : StreamScene(output)
{
    [Theory]
    [InlineData("Halted")]
    [InlineData("Revoked")]
    public async Task An_order_ends_every_stream_of_its_scope_and_says_why(string code)
    {
        await StartAsync(Long);
        var streams = await WatchAsync(Number("OBSTAT_STREAMS", 30));
        Assert.Equal(streams.Length, Server.Streams);
        var sent = Stopwatch.GetTimestamp();
        var stopped = await StopAsync(code == "Halted" ? AdminRoutes.Halt : AdminRoutes.Revoke, new Scope(ScopeKind.Tool, "streams/watch"));
        Assert.Equal(streams.Length, stopped.Ordered);
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains(code, s.Tail, StringComparison.Ordinal));
        var took = streams.Select(s => Math.Max(0, Stopwatch.GetElapsedTime(sent, s.Last).TotalMilliseconds)).ToList();
        Tell("command to last byte", took);
        // Far below the lease, so it was the order; how far below is for a measurement to say, not for a busy machine.
        Assert.True(took[^1] < Long * 100, $"{took[^1]} ms");
        await UntilAsync(() => Server.Streams == 0, "the server's side is cut");
        var waited = Stopwatch.StartNew();
        while (await PredicatesAsync("outcome") is var told && told.Count(o => o.GetProperty("stop").ValueKind == JsonValueKind.Object) < streams.Length)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"the ledger tells every stop: {told.Length} outcomes");
        }
    }

    [Fact]
    public async Task A_gateway_that_is_frozen_beyond_the_lease_is_killed_by_the_kernel_and_never_goes_on()
    {
        await StartAsync(Short);
        var streams = await WatchAsync(5);
        var gateway = Home.PartId("Obstat.Gateway")!.Value;
        var frozen = Stopwatch.GetTimestamp();
        await SignalAsync("-STOP", gateway);
        // Nobody says -CONT: what ends the streams is the end of the process that held them.
        await EndedAsync(streams);
        Assert.True(Stopwatch.GetElapsedTime(frozen).TotalSeconds < Short + 5);
        _ = await Home.ReadyAgainAsync("gateway");
        Assert.NotEqual(gateway, Home.PartId("Obstat.Gateway"));
        (await WatchAsync(1))[0].Dispose();
    }

    [Theory]
    [InlineData("-KILL")]
    [InlineData("-STOP")]
    public async Task A_dead_or_hung_plane_ends_every_stream_within_the_lease_and_the_same_gateway_serves_again(string signal)
    {
        await StartAsync(Short);
        var streams = await WatchAsync(5);
        var (plane, gateway) = (Home.PartId("Obstat.Server")!.Value, Home.PartId("Obstat.Gateway")!.Value);
        var lost = Stopwatch.GetTimestamp();
        await SignalAsync(signal, plane);
        await EndedAsync(streams);
        var took = streams.Select(s => Stopwatch.GetElapsedTime(lost, s.Last).TotalMilliseconds).ToList();
        Tell($"{signal} of the plane to last byte", took);
        Assert.True(took[^1] < Short * 1000, $"{took[^1]} ms");
        if (signal == "-KILL")
        {
            _ = await Home.ReadyAgainAsync("plane");
        }
        else
        {
            await SignalAsync("-CONT", plane);
        }

        (await WatchAsync(1))[0].Dispose();
        Assert.Equal(gateway, Home.PartId("Obstat.Gateway"));
    }

    [Fact]
    public async Task A_halt_at_the_gateway_acts_while_the_plane_is_dead_and_the_ledger_tells_it_as_a_gap_later()
    {
        await StartAsync(Long);
        var streams = await WatchAsync(2);
        var plane = Home.PartId("Obstat.Server")!.Value;
        var supervisor = ParentOf(plane);
        await SignalAsync("-STOP", supervisor);
        await SignalAsync("-KILL", plane);
        var halted = (await Home.RunAsync("halt", "all", "--reason", "test", "--at", Settings.Paths.StopSocket(Settings.Gateway.Point).Path)).MustExit(0);
        Assert.Contains("halted", halted.Output, StringComparison.Ordinal);
        await EndedAsync(streams);
        Assert.All(streams, s => Assert.Contains("Halted", s.Tail, StringComparison.Ordinal));
        await SignalAsync("-CONT", supervisor);
        _ = await Home.ReadyAgainAsync("plane");
        var waited = Stopwatch.StartNew();
        while (!(await PredicatesAsync("gap")).Any(g => g.GetProperty("halts").GetArrayLength() == 1))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the ledger tells the halt as a gap");
        }

        Assert.Contains("halted   all", (await Home.RunAsync("halts")).Output, StringComparison.Ordinal);
    }
}
