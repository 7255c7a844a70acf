using System.Diagnostics;
using System.Globalization;
using Obstat.Cedar;
using Obstat.Cedar.Bench;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Validation;

// Usage: Obstat.Cedar.Bench FOLDER [WORKLOAD ..]; FOLDER holds one folder a workload (vectors/cedar/perf).
// Warm, all requests of a workload in turn, median of five interleaved runs, no answer is kept from one request to the next.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var names = args.Length > 1 ? args[1..] : ["micro", "agent-20", "agent-200", "agent-2000", "gdrive-50", "github-50", "tinytodo-50"];
Console.WriteLine($"{"workload",-14}{"policies",9}{"entities",9}{"fast ns",10}{"bytes",7}{"reference ns",14}{"bind ns",9}{"json ns",9}{"load ms",9}{"wrong",7}");
foreach (var name in names)
{
    var load = Stopwatch.StartNew();
    var workload = Workload.Read(Path.Combine(args[0], name));
    var fast = new FastEvaluator(workload.Policies, workload.Entities);
    _ = Validator.Check(workload.Policies, workload.Schema);
    var loadMs = load.Elapsed.TotalMilliseconds;
    var wrong = workload.Mismatches(fast);
    var bound = workload.Requests.Select(r => fast.Bind(r)).ToArray();
    var utf8 = workload.Json.Select(System.Text.Encoding.UTF8.GetBytes).ToArray();
    var binder = new RequestBinder(fast, workload.Schema);
    var answer = new FastAnswer();
    var rounds = new[]
    {
        new Round(i => fast.Decide(bound[i % bound.Length], Mode.Standard, answer)),
        new Round(i => Evaluator.Decide(workload.Policies, workload.Entities, workload.Requests[i % bound.Length], Mode.Standard)),
        new Round(i => fast.Bind(workload.Requests[i % bound.Length])),
        new Round(i =>
        {
            fast.Decide(binder.Bind(utf8[i % utf8.Length]).Require(), Mode.Standard, answer);
        }),
    };
    for (var run = 0; run < 6; run++)
    {
        foreach (var round in rounds)
        {
            round.Run(isWarmUp: run == 0, bound.Length);
        }
    }

    Console.WriteLine(
        $"{name,-14}{workload.Policies.Policies.Length,9}{workload.Entities.Count,9}{rounds[0].Median,10:F0}{rounds[0].Bytes,7:F1}{rounds[1].Median,14:F0}{rounds[2].Median,9:F0}{rounds[3].Median,9:F0}{loadMs,9:F0}{wrong,7}");
}
