using Obstat.Proof;

namespace Obstat.Core.Records;

/// <summary>An allow whose outcome nobody told yet.</summary>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Index">Where the decision stands.</param>
/// <param name="Statement">Digest of the decision's statement.</param>
/// <param name="Boot">The boot of the enforcement point that asked.</param>
/// <param name="NotAfter">End of the permit, UTC seconds since 1970.</param>
public sealed record OpenIntent(string Jti, EntryIndex Index, Digest Statement, string Boot, long NotAfter);
