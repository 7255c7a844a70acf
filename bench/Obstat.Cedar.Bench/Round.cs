using System.Diagnostics;

namespace Obstat.Cedar.Bench;

/// <summary>One thing measured, run by run, in processor time of this process: other load on the machine counts little.</summary>
internal sealed class Round(Action<int> step)
{
    private readonly List<double> _runs = [];
    private int _count;

    /// <summary>Nanoseconds a step, median of the runs.</summary>
    public double Median => _runs.Order().ElementAt(_runs.Count / 2);

    /// <summary>Bytes allocated a step, in the last run.</summary>
    public double Bytes { get; private set; }

    public void Run(bool isWarmUp, int requests)
    {
        if (isWarmUp)
        {
            // Long enough for the second tier of compilation; then the count is set for runs of about a fifth of a second.
            var clock = Stopwatch.StartNew();
            var done = 0;
            while (clock.ElapsedMilliseconds < 700)
            {
                for (var i = 0; i < requests; i++)
                {
                    step(i);
                }

                done += requests;
            }

            _count = Math.Max(requests, done / 5 / requests * requests);
            return;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Environment.CpuUsage.UserTime;
        for (var i = 0; i < _count; i++)
        {
            step(i);
        }

        _runs.Add((Environment.CpuUsage.UserTime - start).TotalNanoseconds / _count);
        Bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _count;
    }
}
