using System.Diagnostics.CodeAnalysis;
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
    /// <summary>Reads a row.</summary>
    internal static bool TryRow(string id, JsonValue row, [NotNullWhen(true)] out OpenLease? lease)
    {
        var fields = new JsonFields(row);
        var read = new OpenLease(id, fields.String("jti"), fields.String("boot"), fields.Integer("ttl"), fields.Integer("epoch"), fields.Boolean("opened"));
        lease = fields.Complete() ? read : null;
        return lease is not null;
    }

    /// <summary>The row of the enforcement state.</summary>
    internal JsonValue ToRow() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("epoch", JsonValue.Of(Epoch)),
        ("jti", JsonValue.Of(Jti)),
        ("opened", IsOpened ? JsonValue.True : JsonValue.False),
        ("ttl", JsonValue.Of(Ttl)));
}
