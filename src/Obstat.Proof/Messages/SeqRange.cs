namespace Obstat.Proof.Messages;

/// <summary>Numbers of one boot, both ends included.</summary>
/// <param name="First">From 1.</param>
/// <param name="Last">At least <paramref name="First"/>.</param>
public readonly record struct SeqRange(long First, long Last);
