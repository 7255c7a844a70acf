namespace Obstat.Proof.Notes;

/// <summary>A signature line that verified.</summary>
/// <param name="Key">The key that made it.</param>
/// <param name="CosignedAt">Of a cosignature: seconds since 1970 at which the witness had seen no larger consistent head. Otherwise null.</param>
public readonly record struct VerifiedSignature(VerifierKey Key, long? CosignedAt);
