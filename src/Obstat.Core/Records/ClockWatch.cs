namespace Obstat.Core.Records;

/// <summary>
/// Judges the wall clock by the monotonic clock and by the newest time in the log. Immutable: each reading gives the next watch. What went wrong is told once, when the clock has been sane
/// for <see cref="SaneFor"/>: then a <c>gap</c> entry of kind <c>clock</c> is due.
/// </summary>
public sealed record ClockWatch
{
    /// <summary>How long the clock must be sane before it is trusted again.</summary>
    public static readonly TimeSpan SaneFor = TimeSpan.FromSeconds(10);

    /// <summary>By how much wall and monotonic clock may part between two readings.</summary>
    public static readonly TimeSpan JumpMax = TimeSpan.FromSeconds(2);

    private ClockWatch(DateTimeOffset wall, TimeSpan monotonic) => (Wall, Monotonic) = (wall, monotonic);

    /// <summary>The last reading of the wall clock, UTC.</summary>
    public DateTimeOffset Wall { get; private init; }

    /// <summary>The last reading of the monotonic clock.</summary>
    public TimeSpan Monotonic { get; private init; }

    /// <summary>Wall time before the clock was found wrong; null while it is trusted.</summary>
    public DateTimeOffset? WrongSince { get; private init; }

    /// <summary>What was found, for the entry.</summary>
    public string? Why { get; private init; }

    /// <summary>A gap that has ended with this reading and is to be recorded; null otherwise.</summary>
    public ClockGap? Ended { get; private init; }

    private TimeSpan SaneSince { get; init; }

    /// <summary>Whether statements may carry this clock's time.</summary>
    public bool IsTrusted => WrongSince is null;

    /// <summary>Begins to watch.</summary>
    /// <param name="wall">The wall clock, UTC.</param>
    /// <param name="monotonic">The monotonic clock.</param>
    /// <param name="newest">The newest time in the log: a clock before it is wrong from the start.</param>
    /// <param name="maxError">The error that the plane claims: within it an earlier reading is no finding.</param>
    public static ClockWatch Start(DateTimeOffset wall, TimeSpan monotonic, DateTimeOffset newest, TimeSpan maxError)
        => wall + maxError < newest
            ? new ClockWatch(wall, monotonic) { WrongSince = newest, Why = $"the wall clock stood {Milliseconds(newest - wall)} ms before the newest entry", SaneSince = monotonic }
            : new ClockWatch(wall, monotonic);

    /// <summary>The next reading.</summary>
    /// <param name="wall">The wall clock, UTC.</param>
    /// <param name="monotonic">The monotonic clock.</param>
    /// <param name="newest">The newest time in the log.</param>
    /// <param name="maxError">The error that the plane claims.</param>
    public ClockWatch Read(DateTimeOffset wall, TimeSpan monotonic, DateTimeOffset newest, TimeSpan maxError)
    {
        var jump = wall - Wall - (monotonic - Monotonic);
        var why = jump.Duration() > JumpMax ? $"wall clock stepped by {Milliseconds(jump)} ms"
            : wall + maxError < newest ? $"the wall clock stood {Milliseconds(newest - wall)} ms before the newest entry"
            : monotonic < Monotonic ? "the monotonic clock went back"
            : null;
        var next = this with { Wall = wall, Monotonic = monotonic, Ended = null };
        if (why is not null)
        {
            return next with { WrongSince = WrongSince ?? Wall, Why = Why ?? why, SaneSince = monotonic };
        }

        return WrongSince is { } since && monotonic - SaneSince >= SaneFor
            ? next with { WrongSince = null, Why = null, Ended = new ClockGap(since, wall, Why!) }
            : next;
    }

    private static string Milliseconds(TimeSpan span) => ((long)span.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
