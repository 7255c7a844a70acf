using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Lineage;

/// <summary>An entry as lineage reads it: nothing is derived from anything else.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="Statement">What it says.</param>
/// <param name="Digest">SHA-256 of the statement's bytes.</param>
public sealed record LineageEntry(long Index, Statement Statement, Digest Digest);
