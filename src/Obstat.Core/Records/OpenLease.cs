using Obstat.Proof.Json;

namespace Obstat.Core.Records;

/// <summary>A lease that was permitted and is not over.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Boot">The boot of the enforcement point that holds it.</param>
/// <param name="Ttl">Seconds that it holds without a renewal.</param>
/// <param name="Epoch">Epoch of the plane that permitted it: another start of the plane does not renew it.</param>
/// <param name="IsOpened">Whether the point opened it.</param>
public sealed record OpenLease(string Id, string Jti, string Boot, long Ttl, long Epoch, bool IsOpened)
{
    /// <summary>The row of the enforcement state.</summary>
    internal JsonValue ToRow() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("epoch", JsonValue.Of(Epoch)),
        ("jti", JsonValue.Of(Jti)),
        ("opened", IsOpened ? JsonValue.True : JsonValue.False),
        ("ttl", JsonValue.Of(Ttl)));
}
