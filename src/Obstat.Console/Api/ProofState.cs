namespace Obstat.Console.Api;

/// <summary>Whether an entry is under a signed head. Zero says nothing.</summary>
public enum ProofState
{
    /// <summary>Nobody looked.</summary>
    Unknown = 0,

    /// <summary>Read again, hashed, and its inclusion path leads to the root that the log's key signed.</summary>
    InHead,

    /// <summary>Durable, and no signed head covers it yet.</summary>
    NotYet,

    /// <summary>What the ledger's file holds is not what was signed.</summary>
    Failed,
}
