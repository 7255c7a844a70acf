using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
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

    /// <summary>Appends and then believes only what verifies under the head key.</summary>
    public sealed class Recorder(ILedger ledger)
    {
        private SignedNote? _verified; // the head of the newest group that verified: one verification serves the group
        private Checkpoint? _head;
        private readonly Lock _lock = new();

        /// <summary>Records a draft. What the ledger tells but cannot prove is <c>LedgerUnavailable</c>.</summary>
        public async Task<Recording> AppendAsync(Draft draft, CancellationToken cancellation)
        {
            var result = await ledger.AppendAsync(draft, cancellation);
            return result.Match(
                entry => Proves(entry) ? Recording.Made(new Recorded(entry)) : Recording.Refused(DenyReason.LedgerUnavailable),
                Recording.Refused);
        }

        private bool Proves(Appended entry)
            => TryHead(entry.Head, out var head)
                && Leaf.TryParse(entry.Leaf, out var leaf)
                && leaf.PaeDigest == Pae.Digest(entry.Written.Bytes.Span)
                && InclusionProof.Verifies(entry.Index.Value, head.Size, leaf.Hash, entry.Path.AsSpan(), head.Root);

        private bool TryHead(SignedNote note, out Checkpoint head)
        {
            lock (_lock)
            {
                if (!ReferenceEquals(note, _verified))
                {
                    (_verified, _head) = Checkpoint.TryOpen(note, ledger.HeadKey, out var opened, out _) ? (note, opened) : (null, null);
                }

                head = _head!;
                return _head is not null;
            }
        }
    }
}
