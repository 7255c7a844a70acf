using Obstat.Proof.Dsse;

namespace Obstat.Proof.Verification;

/// <summary>A key with the role and the stretch of the log in which it may sign: from the entry that announces it to the entry that ends it. By index, not by clock.</summary>
/// <param name="Key">The key.</param>
/// <param name="Role">Its one role.</param>
/// <param name="From">Index of the entry that announces it; it may sign that entry itself.</param>
/// <param name="PointId">Of a report key, the enforcement point; otherwise null.</param>
/// <param name="Boot">Of a report key, the boot; otherwise null.</param>
public sealed record KeyWindow(P256PublicKey Key, string Role, long From, string? PointId, string? Boot)
{
    /// <summary>Index of the last entry that it may sign; null while it is open.</summary>
    public long? Until { get; init; }
}
