using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Core.Replays;

/// <summary>
/// Executes every state transition of a log again, from genesis, by the fold that the sequencer uses, and compares with each signed <c>state</c> entry. Give it to an audit. Not safe for concurrent use.
/// </summary>
/// <param name="carried">The state that the log carries over from the one before it; null for a first log.</param>
public sealed class StateReplay(StateParts? carried = null)
{
    private LedgerState _state = carried is null ? LedgerState.Empty : LedgerState.Continuing(carried);

    /// <summary>Count of entries folded.</summary>
    public long Size => _state.Size;

    /// <summary><c>state</c> entries whose digest was the one that the fold gave.</summary>
    public long Compared { get; private set; }

    /// <summary>The rows of the state now.</summary>
    public StateParts Parts => _state.Parts;

    /// <summary>The state's digest now.</summary>
    public Digest Digest => _state.Parts.Digests.Digest;

    /// <summary>Folds one more entry; says why it does not follow, or null.</summary>
    public string? Apply(AuditedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!_state.TryApply(WrittenStatement.Of(entry), null, out var next, out var error))
        {
            return error;
        }

        _state = next;
        Compared += entry.Statement is StateStatement ? 1 : 0;
        return null;
    }
}
