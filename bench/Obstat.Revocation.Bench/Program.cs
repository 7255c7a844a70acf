// Revocation to last byte: streams run through plane and gateway, a random subset is revoked, and the clock runs from the moment at which the command is handed to the plane's socket until the kernel of the
// client received the last byte of the last stream of the subset.
// Usage: dotnet run -c Release --project bench/Obstat.Revocation.Bench [-- TRIALS STREAMS[,STREAMS..] EVERY_MS SEED [FILE]]   1000 trials, 1000 streams, an event each 10 ms unless told
//        Some trials before the first are not counted. FILE takes a line for each trial behind those of earlier runs, and the percentiles are of all of them: 1000 trials in several runs.
using System.Globalization;
using Obstat.Calls.Bench;
using Obstat.Revocation.Bench;

if (args is ["--server", var pace])
{
    using var server = new StreamServer(TimeSpan.FromMilliseconds(int.Parse(pace, CultureInfo.InvariantCulture)));
    await server.RunAsync();
    return;
}

var trials = Number(0, 1000);
int[] sizes = args.Length > 1 ? [.. args[1].Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))] : [1000];
var every = Number(2, 10);
var seed = Number(3, Environment.TickCount & 0xffff);
var random = new Random(seed);
Console.WriteLine($"seed {seed.ToString(CultureInfo.InvariantCulture)}");
using var installation = await Installation.StartAsync("streams", made => made.ServeAsync(Environment.ProcessPath!, "--server", every.ToString(CultureInfo.InvariantCulture)));
var people = new People(installation);
people.Enrol((Trials.PeopleBeyond + Trials.WarmUp + trials) * sizes.Length);
using var admin = new Operator(Path.Combine(installation.Folder, ".obstat", "run", "admin.sock"));

// Whoever has no more time ends it in order: percentiles of what was done.
var isOver = false;
using var end = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context => context.Cancel = isOver = true);
foreach (var size in sizes)
{
    await new Trials(installation, people, admin, random, size, every, args.Length > 4 ? args[4] : null).RunAsync(trials, () => Volatile.Read(ref isOver));
}

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
