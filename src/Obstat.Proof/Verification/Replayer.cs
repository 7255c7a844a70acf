using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>Decides a recorded decision again: verified = the same, failed = it differs (both sides in the detail), not checked = not replayable (names what is missing).</summary>
public delegate (CheckStatus Status, string Detail) Replayer(EvidenceBundle bundle, long index, DecisionStatement decision);
