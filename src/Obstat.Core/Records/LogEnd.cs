using Obstat.Proof.Leases;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// How a log ends and another one goes on: an entry names the first head key of the other log, which signs that it does, and the <c>state</c> entry after it, in the same commit, is the last one. The genesis of the other log
/// names the last head and carries that state. Both entries are forms that every reader of a log knows: a rotation of a head key to one of another name, and a state.
/// </summary>
public static class LogEnd
{
    /// <summary>No call waits for the end of a log, and giving up on one that becomes durable all the same would only tell less than is known.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>The draft that ends the log. The fold refuses it while an execution is open, a head key overlaps, or a stop names the log itself.</summary>
    /// <param name="successor">First head key of the log that goes on; its name is that log's.</param>
    public static Draft Close(NoteSigner successor)
    {
        ArgumentNullException.ThrowIfNull(successor);
        return Draft.OfPlane(place => Composition.Of((HeadRotation.Of(place) with { New = RotatedKey.Begins(successor.VerifierKey) }).Prove(successor)), patience: s_patience);
    }

    /// <summary>Whether the log ended: nothing is appended any more.</summary>
    public static bool HasEnded(LedgerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return IsEnding(state) && state.EndsWithState;
    }

    /// <summary>Whether only the last <c>state</c> entry is missing.</summary>
    public static bool IsEnding(LedgerState state) => state?.HeadKeys?.Successor is not null;

    /// <summary>
    /// Why this state cannot be carried into another log; null where it can. An execution belongs to one log: its decision, its lease and its outcome stand in it, so a log that ended tells of each how it ended.
    /// </summary>
    public static string? Refusal(LedgerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Open.Count > 0 || state.Leases.Count > 0 ? $"expected no open execution, got {state.Open.Count} without outcome and {state.Leases.Count} leases"
            : state.Halts.Concat(state.Revoked).Any(target => target.Kind == ScopeKind.Tenant) ? "expected no stop of the tenant: it names this log, and would stop nothing in another one"
            : null;
    }
}
