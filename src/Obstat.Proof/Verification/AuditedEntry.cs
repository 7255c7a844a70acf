using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>An entry that an audit took: its hashes are recomputed, its statement is read, its key may sign it. Its signature counts when the audit is finished.</summary>
public readonly record struct AuditedEntry(long Index, Statement Statement, Digest StatementDigest, Digest LeafHash);
