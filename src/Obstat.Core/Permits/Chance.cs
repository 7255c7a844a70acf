namespace Obstat.Core.Permits;

/// <summary>What a decision takes from chance, drawn outside: judgement has none of its own.</summary>
/// <param name="Execution">128 random bits, base64url: the execution.</param>
/// <param name="Jti">128 random bits, base64url: the permit, if there will be one.</param>
/// <param name="Lease">128 random bits, base64url: the lease, if there will be one. Null: none can be.</param>
public sealed record Chance(string Execution, string Jti, string? Lease = null);
