namespace Obstat.Enforcement;

/// <summary>Watches that wall time and steady time move together since the start of a boot. A step beyond 2 s is remembered for ever: times of that boot mean nothing any more.</summary>
public sealed class ClockWatch
{
    private readonly IPointClock _clock;
    private readonly TimeSpan _offset;
    private volatile bool _stepped;

    /// <summary>Takes the clocks as they are now for right.</summary>
    public ClockWatch(IPointClock clock)
    {
        _clock = clock;
        _offset = Offset(clock);
    }

    /// <summary>How far the clocks may move apart.</summary>
    public static TimeSpan StepAllowed { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the clocks moved together since the start, now and at every look before.</summary>
    public bool IsSane() => IsSane(_clock.Steady, _clock.Wall);

    /// <summary>The same for clocks that were just read.</summary>
    internal bool IsSane(TimeSpan steady, DateTimeOffset wall)
    {
        if ((wall - DateTimeOffset.UnixEpoch - steady - _offset).Duration() > StepAllowed)
        {
            _stepped = true;
        }

        return !_stepped;
    }

    private static TimeSpan Offset(IPointClock clock) => clock.Wall - DateTimeOffset.UnixEpoch - clock.Steady;
}
