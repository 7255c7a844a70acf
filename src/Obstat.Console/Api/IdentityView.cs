namespace Obstat.Console.Api;

/// <summary>Somebody who was enrolled.</summary>
/// <param name="Name">The enrolled name.</param>
/// <param name="Principal">As policies and permits name it.</param>
/// <param name="Pseudonym">As the ledger names it.</param>
/// <param name="Key">Thumbprint of its key; null for one that gets tokens.</param>
/// <param name="Uid">The operating-system user that it is bound to; null for one that gets tokens.</param>
/// <param name="IsRevoked">Whether it is revoked.</param>
/// <param name="Allows">Decisions that allowed it something.</param>
/// <param name="Denials">Decisions that refused it something.</param>
public sealed record IdentityView(string Name, string Principal, string Pseudonym, string? Key, long? Uid, bool IsRevoked, long Allows, long Denials);
