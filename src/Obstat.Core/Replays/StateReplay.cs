using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Core.Replays;

/// <summary>
/// Executes every state transition of a log again, from genesis, by the fold that the sequencer uses, and compares with each signed <c>state</c> entry. Give it to an audit. Not safe for concurrent use.
/// </summary>
public sealed class StateReplay
{
    private LedgerState _state = LedgerState.Empty;

    /// <summary>Count of entries folded.</summary>
    public long Size => _state.Size;

    /// <summary><c>state</c> entries whose digest was the one that the fold gave.</summary>
    public long Compared { get; private set; }

    /// <summary>The first key of the log that goes on, where this one ended; null otherwise.</summary>
    public VerifierKey? Successor => LogEnd.HasEnded(_state) ? _state.HeadKeys?.Successor : null;

    /// <summary>The rows of the state now.</summary>
    public StateParts Parts => _state.Parts;

    /// <summary>The state's digest now.</summary>
    public Digest Digest => _state.Parts.Digests.Digest;

    /// <summary>Begins with the state of the log before. Only before the first entry.</summary>
    public void Carry(StateParts parts) => _state = Size == 0 ? LedgerState.Continuing(parts) : throw new InvalidOperationException("entries were folded already");

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
