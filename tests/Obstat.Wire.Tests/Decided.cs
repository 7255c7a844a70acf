namespace Obstat.Wire.Tests;

/// <summary>A decision about a transfer, as the ledger has it.</summary>
/// <param name="Index">Its entry.</param>
/// <param name="Note">The caller's own mark in the arguments.</param>
/// <param name="Allowed">Whether it is an intent.</param>
/// <param name="Ends">Outcomes and orphan marks that name it.</param>
/// <param name="IsTold">Whether its point told its outcome; an orphan mark is the plane's word that nobody did.</param>
internal sealed record Decided(long Index, string Note, bool Allowed, int Ends, bool IsTold);
