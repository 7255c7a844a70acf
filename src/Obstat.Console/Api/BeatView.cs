namespace Obstat.Console.Api;

/// <summary>The plane is there.</summary>
/// <param name="At">Its time.</param>
/// <param name="Entries">Entries of the ledger.</param>
/// <param name="Refusing">Null: it serves. Otherwise the code that every ask is refused with now.</param>
/// <param name="Halts">How many halts are in force.</param>
/// <param name="Proved">What probes show; null where no probe runs.</param>
public sealed record BeatView(DateTimeOffset At, long Entries, string? Refusing, int Halts, ProvedView? Proved);
