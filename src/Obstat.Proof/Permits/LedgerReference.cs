namespace Obstat.Proof.Permits;

/// <summary>The already durable decision entry that a permit cites.</summary>
/// <param name="Origin">Origin of the log.</param>
/// <param name="Index">Index of the entry, from 0.</param>
/// <param name="LeafHash">Hash of its leaf.</param>
public sealed record LedgerReference(string Origin, long Index, Digest LeafHash);
