using System.Globalization;

namespace Obstat.Calls.Bench;

/// <summary>Processor time of processes of this installation, user and system, in microseconds: what a neighbour's load does not change.</summary>
internal static class Cpu
{
    public static double Of(IReadOnlyDictionary<string, int> parts, string part)
    {
        var fields = File.ReadAllText($"/proc/{parts[part].ToString(CultureInfo.InvariantCulture)}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) * 10_000; // clock ticks of 1/100 s
    }

    /// <summary>Milliseconds for which whoever runs this machine gave its processors to others, since it started, in steps of 10.</summary>
    public static double StolenMs() => double.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8], CultureInfo.InvariantCulture) * 10;
}
