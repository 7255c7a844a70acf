using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>What the sequencer gives to a draft when its turn comes: the place in the log is fixed from here on.</summary>
/// <param name="Index">Where the entry will stand.</param>
/// <param name="Time">Never earlier than the time of any plane statement before.</param>
/// <param name="Origin">Name of the log.</param>
/// <param name="Plane">This plane.</param>
/// <param name="Clock">What it claims about its clock.</param>
/// <param name="Prev">Statement digest of the previous decision for the draft's boot; null for its first and for drafts without a boot.</param>
/// <param name="Nonce">128 random bits, base64url.</param>
/// <param name="State">The fold over all entries before this one, those of the same group included: what the draft was made under may have moved since.</param>
public sealed record Sequenced(
    EntryIndex Index,
    Timestamp Time,
    string Origin,
    Plane Plane,
    Clock Clock,
    Digest? Prev,
    string Nonce,
    LedgerState State);
