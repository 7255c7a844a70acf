using Obstat.Proof.Reasons;

namespace Obstat.Core.Records;

/// <summary>What the sequencer made of a draft.</summary>
public abstract class Sequencing
{
    private Sequencing()
    {
    }

    /// <summary>The next entry.</summary>
    public sealed class Entry(WrittenStatement written, LedgerState next) : Sequencing
    {
        /// <summary>What it says.</summary>
        public WrittenStatement Written { get; } = written;

        /// <summary>The state after it.</summary>
        public LedgerState Next { get; } = next;
    }

    /// <summary>The same message was recorded before: its answer is the entry at this index, which may belong to the group that is being made.</summary>
    public sealed class Repeat(EntryIndex index) : Sequencing
    {
        public EntryIndex Index { get; } = index;
    }

    /// <summary>Nothing is recorded.</summary>
    public sealed class Refusal(DenyReason reason, string detail) : Sequencing
    {
        public DenyReason Reason { get; } = reason;

        /// <summary>What was expected and what came, for logs.</summary>
        public string Detail { get; } = detail;
    }
}
