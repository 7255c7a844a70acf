using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>An entry that an audit took: its hashes are recomputed, its statement is read, its key may sign it. Made by <see cref="LogAudit"/> alone.</summary>
public sealed class AuditedEntry
{
    internal AuditedEntry(long index, Statement statement, ReadOnlyMemory<byte> bytes, in Digest digest) => (Index, Statement, Bytes, StatementDigest) = (index, statement, bytes, digest);

    /// <summary>Its place in the log.</summary>
    public long Index { get; }

    /// <summary>What it says.</summary>
    public Statement Statement { get; }

    /// <summary>The bytes of the statement.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the bytes.</summary>
    public Digest StatementDigest { get; }
}
