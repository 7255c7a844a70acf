using Obstat.Proof.Jws;

namespace Obstat.Core.Identities;

/// <summary>A key of the plane that verifies run tokens and access tokens of its own, of this start or of an earlier one.</summary>
/// <param name="Key">Role <see cref="KeyRole.Run"/>.</param>
/// <param name="Until">Seconds since 1970 after which it verifies nothing.</param>
public sealed record PlaneKey(JwsKey Key, long Until);
