namespace Obstat.Proof.Jws;

/// <summary>One row of a profile's claim table.</summary>
/// <param name="Name">The claim.</param>
/// <param name="Kind">What its value must be.</param>
/// <param name="Required">Whether a token without it refuses.</param>
public readonly record struct ClaimRule(string Name, ClaimKind Kind, bool Required = true);
