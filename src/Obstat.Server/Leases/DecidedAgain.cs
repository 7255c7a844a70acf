using Obstat.Proof;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Leases;

/// <summary>What deciding a running execution again came to.</summary>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Ended">Why it may not go on; null where it may.</param>
/// <param name="Under">The snapshot that lets it go on; null at an end.</param>
internal readonly record struct DecidedAgain(string Jti, DenyReason? Ended, Digest? Under);
