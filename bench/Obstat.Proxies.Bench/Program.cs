using System.Globalization;
using Obstat.Calls.Bench;
using Obstat.Proxies.Bench;

// What stands between a client and one tool server, and what it adds: nothing, a pass-through, a proxy that asks for leave, a bridge of the protocol, and us with
// durable evidence. All in one run, in turns, so that a slow minute is everybody's. Arguments: rounds (8 unless told).
switch (args)
{
    case ["--yarp", var to]:
        await Hops.PassThroughAsync(to);
        return 0;
    case ["--leave"]:
        await Hops.LeaveAsync();
        return 0;
}

var rounds = args is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 8;
using var installation = await Installation.StartAsync();
using var hops = await Hops.StartAsync(installation);
Console.WriteLine($"{"connections",11} {"way",-24} {"p50 us",9} {"added us",9} {"calls/s",9}");
foreach (var connections in (int[])[1, 16, 64])
{
    var lanes = new List<Lane>();
    try
    {
        foreach (var (name, url, bearer) in hops.Ways)
        {
            lanes.Add(await Lane.OpenAsync(name, url, bearer, connections));
        }

        for (var round = 0; round <= rounds; round++)
        {
            foreach (var lane in lanes)
            {
                // The first round warms up and is not counted.
                await lane.RunAsync(round > 0);
            }
        }

        foreach (var lane in lanes)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections,11} {lane.Name,-24} {lane.P50,9:F0} {lane.P50 - lanes[0].P50,9:F0} {lane.PerSecond,9:F0}"));
        }

        var (ours, bridge) = (lanes.Single(l => l.Name == Hops.Ours), lanes.SingleOrDefault(l => l.Name == Hops.Bridge));
        if (bridge is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections,11} added p50, ours with durable evidence / {Hops.Bridge} without any: {(ours.P50 - lanes[0].P50) / (bridge.P50 - lanes[0].P50):F2}"));
        }
    }
    finally
    {
        lanes.ForEach(l => l.Dispose());
    }
}

return 0;
