using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Obstat.Enforcement.Leases;

/// <summary>
/// The kernel's own watch over this process: a timer on <c>CLOCK_BOOTTIME</c> that kills it (SIGKILL, which also ends a stopped or frozen process) unless it is moved in time. What a frozen process
/// had already handed to its network stack would be sent when it goes on; a dead one sends nothing. Linux alone; elsewhere it guards nothing. One thread uses it.
/// </summary>
internal sealed partial class DeadMansSwitch : IDisposable
{
    private const int ClockBoottime = 7;
    private const int SigKill = 9;
    private const int AbsoluteTime = 1;

    private readonly nint _timer;
    private TimeSpan? _at;

    /// <summary>A timer that is not set.</summary>
    /// <exception cref="Win32Exception">The kernel has no timer left.</exception>
    public DeadMansSwitch()
    {
        if (OperatingSystem.IsLinux() && Create(ClockBoottime, new SigEvent { Signal = SigKill }, out _timer) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "no kernel timer that ends this process when it is frozen");
        }
    }

    /// <summary>Kills this process at a steady time (<see cref="PointClock.Steady"/>) unless it is called again before; null: never.</summary>
    public void Set(TimeSpan? at)
    {
        if (at == _at || !OperatingSystem.IsLinux())
        {
            return;
        }

        // Zero would unset it: a time that is past kills at once.
        var ticks = at is { } time ? Math.Max(1, time.Ticks) : 0;
        var value = new TimerSpec { Seconds = (nint)(ticks / TimeSpan.TicksPerSecond), Nanoseconds = (nint)(ticks % TimeSpan.TicksPerSecond * 100) };
        if (SetTime(_timer, AbsoluteTime, value, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "the kernel timer that ends this process when it is frozen cannot be set");
        }

        _at = at;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Delete(_timer);
        }
    }

    [LibraryImport("libc", EntryPoint = "timer_create", SetLastError = true)]
    private static partial int Create(int clock, in SigEvent what, out nint timer);

    [LibraryImport("libc", EntryPoint = "timer_settime", SetLastError = true)]
    private static partial int SetTime(nint timer, int flags, in TimerSpec value, nint before);

    [LibraryImport("libc", EntryPoint = "timer_delete", SetLastError = true)]
    private static partial int Delete(nint timer);

    /// <summary><c>struct sigevent</c>: notification by signal is its zero.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct SigEvent
    {
        public nint Value;
        public int Signal;
        public int Notify;
    }

    /// <summary><c>struct itimerspec</c>: an interval of zero fires once.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSpec
    {
        public nint IntervalSeconds;
        public nint IntervalNanoseconds;
        public nint Seconds;
        public nint Nanoseconds;
    }
}
