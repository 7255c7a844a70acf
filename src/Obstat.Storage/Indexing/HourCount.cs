namespace Obstat.Storage.Indexing;

/// <summary>Decisions of one hour with one answer.</summary>
/// <param name="Hour">Its beginning, UTC.</param>
/// <param name="Reason">Reason code; empty for allows.</param>
/// <param name="Count">How many.</param>
public sealed record HourCount(DateTimeOffset Hour, string Reason, long Count);
