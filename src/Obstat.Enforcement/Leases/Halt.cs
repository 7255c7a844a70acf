using Obstat.Proof.Leases;

namespace Obstat.Enforcement.Leases;

/// <summary>A halt in force at this point.</summary>
/// <param name="Id">The id of its order.</param>
/// <param name="Scope">What is halted.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Compact">The order as an operator signed it, while the plane does not know it; null where it does.</param>
public sealed record Halt(string Id, Scope Scope, long IssuedAt, string? Compact);
