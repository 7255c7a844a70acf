using System.Collections.Immutable;

namespace Obstat.Proof.Notes;

/// <summary>What a trust file says about a note.</summary>
/// <param name="Head">The verified head; null where the note was refused.</param>
/// <param name="LogKey">The log's key that signed it; null where the note was refused.</param>
/// <param name="Cosignatures">Verified cosignatures, one a witness.</param>
/// <param name="QuorumReached">Whether they are enough; true where the file asks for none.</param>
/// <param name="Error">Why the note was refused; null where it was not.</param>
public sealed record PolicyVerdict(Checkpoint? Head, VerifierKey? LogKey, ImmutableArray<VerifiedSignature> Cosignatures, bool QuorumReached, string? Error)
{
    internal static PolicyVerdict Refused(string error) => new(null, null, [], false, error);
}
