using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Proof;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Sources;

/// <summary>What reading the sources came to.</summary>
/// <param name="Reason">Null: what was read is in force. Otherwise why it is not.</param>
/// <param name="Entry">The entry that put it in force; null where nothing changed.</param>
/// <param name="Snapshot">Digest of the snapshot in force now.</param>
/// <param name="Policies">How many policies are in force now.</param>
/// <param name="Findings">What was found, refusing ones first.</param>
internal sealed record Activation(DenyReason? Reason, long? Entry, Digest? Snapshot, int Policies, ImmutableArray<LawFinding> Findings);
