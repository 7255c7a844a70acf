using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Receipts;

/// <summary>
/// An entry that is in the ledger under a signed head. Made by <see cref="Receipt.TryVerify"/> only. Who signed the statement is not told: the head says that the plane sequenced it.
/// </summary>
public sealed class VerifiedReceipt
{
    internal VerifiedReceipt(Checkpoint head, long index, Digest leafHash, Digest statementDigest, Statement statement)
        => (Head, Index, LeafHash, StatementDigest, Statement) = (head, index, leafHash, statementDigest, statement);

    /// <summary>The head; its origin is the log's.</summary>
    public Checkpoint Head { get; }

    /// <summary>Index of the entry: <c>led.i</c> of a permit.</summary>
    public long Index { get; }

    /// <summary>Hash of the leaf: <c>led.h</c> of a permit.</summary>
    public Digest LeafHash { get; }

    /// <summary>SHA-256 of the statement's bytes.</summary>
    public Digest StatementDigest { get; }

    /// <summary>What the entry says.</summary>
    public Statement Statement { get; }
}
