namespace Obstat.Console.Api;

/// <summary>Whether the gate is shut, as probes show it.</summary>
/// <param name="At">When the oldest of the points' last deny-probes passed; null: none passed, or one of them is disarmed.</param>
/// <param name="IsOpen">Whether a probe had an effect.</param>
/// <param name="Interval">Seconds between probes; older than three of them proves nothing.</param>
public sealed record PublicProvedView(DateTimeOffset? At, bool IsOpen, double Interval);
