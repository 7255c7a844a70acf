using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Obstat.Enforcement;

/// <summary>The machine's clocks. Steady time is <c>CLOCK_BOOTTIME</c>: the monotonic clock of the framework stands still in suspend, so a laptop closed for an hour would wake inside its permits.</summary>
public sealed partial class PointClock : IPointClock
{
    private const int ClockBoottime = 7;

    /// <inheritdoc/>
    public DateTimeOffset Wall => DateTimeOffset.UtcNow;

    /// <inheritdoc/>
    public TimeSpan Steady => OperatingSystem.IsLinux() ? Boottime() : Stopwatch.GetElapsedTime(0);

    private static TimeSpan Boottime()
        => GetTime(ClockBoottime, out var time) == 0
            ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
            : throw new InvalidOperationException("the clock CLOCK_BOOTTIME cannot be read");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
