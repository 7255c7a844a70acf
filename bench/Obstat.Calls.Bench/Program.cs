// What governance costs: a governed MCP call against the direct call to the same server, and durable permits a second, as ratios to floors taken in the same run, in turns.
// Usage: dotnet run -c Release --project bench/Obstat.Calls.Bench [-- CALLS SECONDS]        1500 calls and 5 seconds unless told
//        dotnet run -c Release --project bench/Obstat.Calls.Bench -- overload [TIMES SECONDS]        three times the measured capacity, 10 seconds
using System.Globalization;
using System.Diagnostics;
using Obstat.Calls.Bench;

if (args is ["overload", ..])
{
    var times = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 3;
    var loaded = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 10);
    using var plane = await Installation.StartAsync();
    await using Permits one = new(plane), two = new(plane), three = new(plane);
    foreach (var (door, name) in new[] { (one, "door-1"), (two, "door-2"), (three, "door-3") })
    {
        await door.OpenAsync(name, plane.Person(name));
    }

    var overload = new Overload([one, two, three]);
    var peak = await overload.PeakAsync(loaded / 3);
    await overload.RunAsync(peak * times, loaded, peak);
    return;
}

var calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1500;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
using var installation = await Installation.StartAsync();
using var floors = new Floors(installation.Folder);
using var direct = new McpCaller(installation.Direct, null);
using var governed = new McpCaller(installation.Governed, installation.Bearer);
await direct.ConnectAsync();
await governed.ConnectAsync();

var (plain, gated) = (new Times(), new Times());
for (var i = -200; i < calls; i++)
{
    var started = Stopwatch.GetTimestamp();
    await direct.CallAsync();
    var plainEnded = Stopwatch.GetTimestamp();
    await governed.CallAsync();
    if (i >= 0)
    {
        gated.Add(plainEnded);
        plain.Add(started, plainEnded);
        floors.TakeOnce();
    }
}

var added = gated.P50 - plain.P50;
Say("floors, us, p50", $"commit {floors.Commit.P50:F0}  signature {floors.Sign.P50:F0}  verification {floors.Verify.P50:F0}  hop {floors.Hop.P50:F0}");
Say("direct call, us", $"p50 {plain.P50:F0}  p99 {plain.P99:F0}");
Say("governed call, us", $"p50 {gated.P50:F0}  p99 {gated.P99:F0}");
Say("added by governance, us", $"p50 {added:F0}  p99 {gated.P99 - plain.P99:F0}");
Say("added p50 / floor", $"{added / floors.Call:F2}  (floor {floors.Call:F0} us = 2 commits + 3 signatures + 2 verifications + 3 hops)");

var parts = installation.Parts();
using (var plane = new Allocations(parts["plane"]))
using (var gateway = new Allocations(parts["gateway"]))
{
    const int Counted = 1000;
    var (planeBefore, gatewayBefore) = (Cpu.Of(parts, "plane"), Cpu.Of(parts, "gateway"));
    for (var i = 0; i < Counted; i++)
    {
        await governed.CallAsync();
    }

    Say("processor per call, us", $"plane {(Cpu.Of(parts, "plane") - planeBefore) / Counted:F0}  gateway {(Cpu.Of(parts, "gateway") - gatewayBefore) / Counted:F0}");
    await Task.Delay(TimeSpan.FromSeconds(1.1)); // the counters speak once a second
    Say("allocated per call, KiB", $"plane {plane.End() / Counted / 1024:F0}  gateway {gateway.End() / Counted / 1024:F0}");
}

if (await Fsyncs.WatchAsync(parts["plane"]) is { } fsyncs)
{
    const int Counted = 200;
    for (var i = 0; i < Counted; i++)
    {
        await governed.CallAsync();
    }

    Say("fsyncs per call, 1 caller", $"{(double)fsyncs.End() / Counted:F2}");
    fsyncs.Dispose();
}

await using var permits = new Permits(installation);
await permits.OpenAsync();
_ = await permits.RunAsync(16, TimeSpan.FromSeconds(2));
foreach (var callers in new[] { 1, 16, 256 })
{
    var before = Cpu.Of(parts, "plane");
    var (perSecond, each) = await permits.RunAsync(callers, TimeSpan.FromSeconds(seconds));
    var processor = (Cpu.Of(parts, "plane") - before) / each.Count;
    var perCore = 1_000_000 / floors.Sign.P50 / 2;
    Say($"permits/s, {callers} callers", $"{perSecond:F0}  p50 {each.P50:F0} us  p99 {each.P99:F0} us  = {perSecond / perCore:F2} of what two signatures per permit allow a core ({perCore:F0}/s); processor of the plane {processor:F0} us a permit");
    if (await Fsyncs.WatchAsync(parts["plane"]) is { } watch)
    {
        (_, each) = await permits.RunAsync(callers, TimeSpan.FromSeconds(1));
        Say($"fsyncs per permit", $"{(double)watch.End() / each.Count:F2}");
        watch.Dispose();
    }
}

static void Say(string what, FormattableString value) => Console.WriteLine($"{what,-26} {value.ToString(CultureInfo.InvariantCulture)}");
