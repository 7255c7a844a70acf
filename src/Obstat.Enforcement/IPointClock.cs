namespace Obstat.Enforcement;

/// <summary>The two clocks of a point. Both must agree to go on. Safe for concurrent use.</summary>
public interface IPointClock
{
    /// <summary>Wall time, UTC. It can be set.</summary>
    DateTimeOffset Wall { get; }

    /// <summary>Time since some start, going on while the machine sleeps. It cannot be set.</summary>
    TimeSpan Steady { get; }
}
