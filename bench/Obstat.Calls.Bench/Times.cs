using System.Diagnostics;

namespace Obstat.Calls.Bench;

/// <summary>Measured durations in microseconds.</summary>
internal sealed class Times
{
    private readonly List<double> _all = [];

    public int Count => _all.Count;

    public double P50 => At(0.50);

    public double P99 => At(0.99);

    public void Add(long started) => Add(started, Stopwatch.GetTimestamp());

    public void Add(long started, long ended) => _all.Add(Stopwatch.GetElapsedTime(started, ended).TotalMicroseconds);

    public void Measure(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        Add(started);
    }

    private double At(double share)
    {
        var sorted = _all.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }
}
