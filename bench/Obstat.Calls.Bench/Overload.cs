using System.Diagnostics;
using System.Globalization;
using Obstat.Proof.Reasons;

namespace Obstat.Calls.Bench;

/// <summary>
/// Three doors with callers of their own ask at a fixed rate, whatever comes back: an ask is due at its time, and how long it took counts from then, also where it began later. Each tenth asks for what a policy
/// forbids.
/// </summary>
internal sealed class Overload(Permits[] doors)
{
    private long _wrong;

    /// <summary>Decisions a second in a closed loop: the most of a few numbers of callers.</summary>
    public async Task<double> PeakAsync(TimeSpan time)
    {
        var peak = 0.0;
        foreach (var callers in new[] { 32, 64, 128 })
        {
            var (decided, started) = (0L, Stopwatch.GetTimestamp());
            await Task.WhenAll(doors.SelectMany(door => Enumerable.Range(0, callers).Select(n => Task.Run(async () =>
            {
                for (var i = n; Stopwatch.GetElapsedTime(started) < time; i++)
                {
                    _ = IsDecided(await AskAsync(door, i)) && Interlocked.Increment(ref decided) > 0;
                }
            }))));
            peak = Math.Max(peak, decided / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return peak;
    }

    /// <summary>Asks at a rate for some time and tells what became of it.</summary>
    public async Task RunAsync(double perSecond, TimeSpan time, double peak)
    {
        var ends = new (double At, double Us, DenyReason? Reason)[(int)(perSecond * time.TotalSeconds)];
        var asks = new Task[ends.Length];
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < ends.Length; i++)
        {
            var due = started + (long)(i / perSecond * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due)
            {
                await Task.Delay(1);
            }

            var n = i;
            asks[i] = Task.Run(async () =>
            {
                var reason = await AskAsync(doors[n % doors.Length], n / doors.Length);
                ends[n] = (Stopwatch.GetElapsedTime(started).TotalSeconds, Stopwatch.GetElapsedTime(due).TotalMicroseconds, reason);
            });
        }

        await Task.WhenAll(asks);
        // The first second fills the queues, and what was asked last ends beyond the time: the rate is taken in between.
        var decided = ends.Count(e => IsDecided(e.Reason) && e.At > 1 && e.At < time.TotalSeconds) / (time.TotalSeconds - 1);
        Say("offered/s", $"{perSecond:F0} = {perSecond / peak:F1} x the peak of {peak:F0}/s");
        Say("decided/s", $"{decided:F0} = {decided / peak:F2} of the peak; wrong allows {_wrong}");
        foreach (var kind in ends.GroupBy(e => IsDecided(e.Reason) ? "decided" : e.Reason!.Value.ToString()).OrderByDescending(g => g.Count()))
        {
            var us = kind.Select(e => e.Us).Order().ToArray();
            Say(kind.Key, $"{us.Length} asks, ms since due: p50 {At(us, 0.5):F0}  p99 {At(us, 0.99):F0}  p99.9 {At(us, 0.999):F0}  longest {us[^1] / 1000:F0}");
        }
    }

    // Permitted, or refused because a policy says so: both are durable decisions. Anything else is an ask that was shed.
    private static bool IsDecided(DenyReason? reason) => reason is null or DenyReason.Forbidden;

    private async Task<DenyReason?> AskAsync(Permits door, int n)
    {
        var forbidden = n % 10 == 9;
        var reason = await door.AskOnceAsync(forbidden);
        _ = forbidden && reason is null && Interlocked.Increment(ref _wrong) > 0;
        return reason;
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))] / 1000;

    private static void Say(string what, FormattableString value) => Console.WriteLine($"{what,-26} {value.ToString(CultureInfo.InvariantCulture)}");
}
