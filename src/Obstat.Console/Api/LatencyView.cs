namespace Obstat.Console.Api;

/// <summary>Decisions of ten seconds.</summary>
/// <param name="At">Their beginning.</param>
/// <param name="Decisions">How many.</param>
/// <param name="P99">Milliseconds that 99 % of them took at most; null where there were none.</param>
public sealed record LatencyView(DateTimeOffset At, long Decisions, double? P99);
