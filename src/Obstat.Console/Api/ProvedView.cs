namespace Obstat.Console.Api;

/// <summary>What probes show about the gate being shut.</summary>
/// <param name="At">When the oldest of the points' last deny-probes passed; null: no probe passed.</param>
/// <param name="IsOpen">Whether a probe had an effect.</param>
/// <param name="Points">Points whose probes count.</param>
/// <param name="Interval">Seconds between probes; older than three of them proves nothing.</param>
public sealed record ProvedView(DateTimeOffset? At, bool IsOpen, int Points, double Interval)
{
    /// <summary>When the oldest of the points' last permitted probes passed; null: one never passed.</summary>
    public DateTimeOffset? Served { get; init; }

    /// <summary>The code with which a point refused its permitted probe last; null: none did.</summary>
    public string? Refusing { get; init; }

    /// <summary>Why nothing is proved although probes run, as a point that is disarmed; null where nothing is known.</summary>
    public string? Detail { get; init; }
}
