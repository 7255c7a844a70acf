using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Storage;

/// <summary>The keys that a ledger writes with. They belong to their maker, who disposes of them after the ledger.</summary>
public sealed class LedgerKeys
{
    /// <summary>Signs heads; its name is the origin. It has each key that is in force, and may have one that is not announced yet. It must not have signed for another ledger.</summary>
    public required HeadSigner Heads { get; init; }

    /// <summary>The statement key of this start.</summary>
    public required StatementSigner Statements { get; init; }

    /// <summary>The root key, as genesis names it. Opening a ledger of another root refuses.</summary>
    public required P256PublicKey Root { get; init; }

    /// <summary>Composes the <c>key-set</c> entry of this start, proven by the root, which announces <see cref="Statements"/>: the first entry after opening, so that no key is used before it is announced.</summary>
    public required Func<Sequenced, KeySetStatement> Announce { get; init; }
}
