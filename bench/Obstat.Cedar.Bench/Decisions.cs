using System.Text;
using Obstat.Cedar.Fast;

namespace Obstat.Cedar.Bench;

/// <summary>
/// Decisions of each workload: warm, all requests in turn, median of five interleaved runs, no answer kept from one request to the next. Binding and reading are apart;
/// the official engine runs between ours.
/// </summary>
internal static class Decisions
{
    private static readonly string[] All = ["micro", "agent-20", "agent-200", "agent-2000", "gdrive-50", "github-50", "tinytodo-50"];

    public static void Measure(string folder, string[] names)
    {
        Console.WriteLine($"{"workload",-14}{"policies",9}{"entities",9}{"fast ns",9}{"bytes",7}{"bind ns",9}{"json ns",9}{"plain ns",10}{"wasm ns",10}{"wasm/json",10}{"wrong",7}");
        foreach (var name in names.Length > 0 ? names : All)
        {
            Measure(Workload.Read(Path.Combine(folder, name)));
        }
    }

    private static void Measure(Workload workload)
    {
        var fast = new FastEvaluator(workload.Policies, workload.Entities);
        var binder = new RequestBinder(fast, workload.Schema);
        var bound = workload.Requests.Select(r => fast.Bind(r)).ToArray();
        var utf8 = workload.Json.Select(Encoding.UTF8.GetBytes).ToArray();
        var (count, answer) = (bound.Length, new FastAnswer());
        using var official = Official.Start(workload);
        Round decide = new(i => fast.Decide(bound[i % count], Mode.Standard, answer));
        Round bind = new(i => fast.Bind(workload.Requests[i % count]));
        Round json = new(i => fast.Decide(binder.Bind(utf8[i % count]).Require(), Mode.Standard, answer));
        Round plain = new(i => Evaluator.Decide(workload.Policies, workload.Entities, workload.Requests[i % count], Mode.Standard));
        Round byHand = new(i => ByHand.Micro(workload.Requests[i % count]));
        Round[] rounds = workload.Name == "micro" ? [decide, bind, json, plain, byHand] : [decide, bind, json, plain];
        for (var run = 0; run < 6; run++)
        {
            official?.Run(isWarmUp: run == 0);
            foreach (var round in rounds)
            {
                round.Run(isWarmUp: run == 0, count);
            }
        }

        Console.WriteLine(
            $"{workload.Name,-14}{workload.Policies.Policies.Length,9}{workload.Entities.Count,9}{decide.Median,9:F0}{decide.Bytes,7:F1}{bind.Median,9:F0}{json.Median,9:F0}{plain.Median,10:F0}"
            + $"{official?.Median ?? double.NaN,10:F0}{official?.Median / json.Median ?? double.NaN,10:F0}{workload.Mismatches(fast) + (official?.Wrong ?? 0),7}");
        if (workload.Name == "micro")
        {
            Console.WriteLine($"  the same three policies written as C# by hand: {byHand.Median:F0} ns");
        }
    }
}
