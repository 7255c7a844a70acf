namespace Obstat.Console.Api;

/// <summary>What probes show about the gate being shut.</summary>
/// <param name="At">When the oldest of the points' last deny-probes passed; null: no probe passed.</param>
/// <param name="IsOpen">Whether a probe had an effect.</param>
/// <param name="Points">Points whose probes count.</param>
/// <param name="Interval">Seconds between probes; older than three of them proves nothing.</param>
public sealed record ProvedView(DateTimeOffset? At, bool IsOpen, int Points, double Interval);
