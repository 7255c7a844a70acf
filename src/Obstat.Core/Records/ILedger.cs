using System.Collections.Immutable;
using Obstat.Proof.Notes;

namespace Obstat.Core.Records;

/// <summary>
/// The one durable thing. Safe for concurrent use. An implementation must keep:
/// entries are durable before their result is given, in one order that all results agree on; one head is signed per group, after its commit; a result says <c>LedgerUnavailable</c> from the first
/// error of the store on, for ever; nothing is retried; a result that would come after the draft's patience is <c>Late</c>, and what becomes durable afterwards is closed by the sweep and never released.
/// </summary>
public interface ILedger
{
    /// <summary>Name of the log.</summary>
    string Origin { get; }

    /// <summary>The key under which its heads verify.</summary>
    VerifierKey HeadKey { get; }

    /// <summary>The fold over the durable entries. It moves with each group; a reader keeps what it got.</summary>
    LedgerState State { get; }

    /// <summary>
    /// Appends one entry. Refuses with <c>LedgerUnavailable</c> (the store failed, or 16,384 drafts or 64 MiB are waiting), <c>Late</c> (not durable within the draft's patience, or cancelled),
    /// <c>ClockUntrusted</c>, <c>Malformed</c> (a number used for another message, a report that does not fit), <c>AssertionInvalid</c> (a report by another key), or what the draft itself said.
    /// The same message again (<see cref="Draft.Message"/>) gets the entry that was recorded for it. Never throws for cancellation.
    /// </summary>
    Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation);

    /// <summary>
    /// Keeps a sealed blob that a later statement will name (a response, before its outcome). Durable on return; false from the first error of the store on.
    /// </summary>
    Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation);

    /// <summary>
    /// Waits for a commit that began after the call: of whatever is recorded then, or of nothing. True only when the store took it, so no renewal leaves a plane whose store is dead.
    /// </summary>
    Task<bool> BeatAsync(CancellationToken cancellation);

    /// <summary>What the sweep is to close at this time: intents past their end and grace, intents of boots that are over, and entries whose caller was told <c>Late</c>. Oldest first.</summary>
    /// <param name="now">UTC.</param>
    ImmutableArray<OrphanDue> Sweep(DateTimeOffset now);
}
