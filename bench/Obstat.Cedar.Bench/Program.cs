using System.Globalization;
using Obstat.Cedar.Bench;

// Usage: Obstat.Cedar.Bench decisions FOLDER [WORKLOAD ..] | load FOLDER | growth
// FOLDER holds one folder a workload (vectors/cedar/perf).
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["decisions", var folder, .. var names]:
        Decisions.Measure(folder, names);
        return 0;
    case ["load", var folder]:
        Loads.Measure(folder);
        return 0;
    case ["growth"]:
        Growth.Measure();
        return 0;
    default:
        Console.Error.WriteLine("usage: Obstat.Cedar.Bench decisions FOLDER [WORKLOAD ..] | load FOLDER | growth");
        return 2;
}
