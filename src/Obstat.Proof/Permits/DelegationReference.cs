namespace Obstat.Proof.Permits;

/// <summary>The chain of delegation that a permit rests on.</summary>
/// <param name="Hash">SHA-256 of the chain as it was presented.</param>
/// <param name="Depth">Links of the chain, from 1.</param>
public sealed record DelegationReference(Digest Hash, long Depth);
