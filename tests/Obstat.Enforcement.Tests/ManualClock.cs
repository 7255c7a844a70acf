namespace Obstat.Enforcement.Tests;

/// <summary>Clocks that a test moves, together or apart.</summary>
internal sealed class ManualClock(DateTimeOffset wall) : IPointClock
{
    private readonly Lock _lock = new();
    private DateTimeOffset _wall = wall;
    private TimeSpan _steady = TimeSpan.FromHours(1);

    public DateTimeOffset Wall
    {
        get
        {
            lock (_lock)
            {
                return _wall;
            }
        }
    }

    public TimeSpan Steady
    {
        get
        {
            lock (_lock)
            {
                return _steady;
            }
        }
    }

    /// <summary>Time goes on.</summary>
    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            (_wall, _steady) = (_wall + by, _steady + by);
        }
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void Set(TimeSpan by)
    {
        lock (_lock)
        {
            _wall += by;
        }
    }
}
