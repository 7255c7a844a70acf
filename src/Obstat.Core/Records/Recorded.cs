using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// An entry that is durable and proven: whoever holds it knows that the ledger holds this statement at this index under a head that verifies. There is one maker.
/// </summary>
public sealed class Recorded
{
    private Recorded(Appended entry) => Entry = entry;

    /// <summary>The entry with what proves it.</summary>
    public Appended Entry { get; }

    /// <summary>Where it stands.</summary>
    public EntryIndex Index => Entry.Index;

    /// <summary>What it says.</summary>
    public Statement Statement => Entry.Written.Statement;

    /// <summary>The decision that it says; null where it is about something else.</summary>
    public DecisionStatement? Decision => Statement as DecisionStatement;

    /// <summary>Whether it is a decision that allows. A permit is for these alone.</summary>
    public bool IsAllowed => Decision is { IsAllowed: true };

    /// <summary>Appends and then believes only what verifies under the head key. Safe for concurrent use.</summary>
    public sealed class Recorder(ILedger ledger)
    {
        private readonly HeadVerifier _heads = new(ledger.HeadKey); // one verification serves a group

        /// <summary>Records a draft. What the ledger tells but cannot prove is <c>LedgerUnavailable</c>.</summary>
        public async Task<Recording> AppendAsync(Draft draft, CancellationToken cancellation)
        {
            var result = await ledger.AppendAsync(draft, cancellation);
            return result.Match(
                entry => Proves(entry) ? Recording.Made(new Recorded(entry)) : Recording.Refused(DenyReason.LedgerUnavailable),
                Recording.Refused);
        }

        private bool Proves(Appended entry)
            => _heads.TryVerify(entry.Head.Bytes.Span, out var head, out _)
                && Leaf.TryReadDigest(entry.Leaf.Span, out var digest)
                && digest == Pae.Digest(entry.Written.Bytes.Span)
                && InclusionProof.Verifies(entry.Index.Value, head.Size, TreeHash.Leaf(entry.Leaf.Span), entry.Path.AsSpan(), head.Root);
    }
}
