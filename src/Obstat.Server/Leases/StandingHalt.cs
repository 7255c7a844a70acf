using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Server.Leases;

/// <summary>A halt in force, as the spool keeps it: with its name, which the ledger does not have.</summary>
/// <param name="Id">The id of its order.</param>
/// <param name="Scope">What is halted.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who gave it.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="IsLifted">Whether it is over: told to points that may not have heard of it.</param>
internal sealed record StandingHalt(string Id, Scope Scope, string Reason, string By, long IssuedAt, bool IsLifted = false)
{
    public byte[] ToBytes() => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("id", JsonValue.Of(Id)), ("t", JsonValue.Of(Scope.KindWord)), ("x", JsonValue.Of(Scope.Value)), ("reason", JsonValue.Of(Reason)), ("by", JsonValue.Of(By)), ("iat", JsonValue.Of(IssuedAt)), ("lifted", IsLifted ? JsonValue.True : JsonValue.False))
        .ToCanonicalBytes();

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out StandingHalt? halt)
    {
        halt = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var (id, kind, value, reason, by, issued) = (fields.String("id", 22), fields.String("t", 32), fields.String("x", Scope.ValueMax), fields.String("reason", Order.TextMax), fields.String("by", Order.TextMax), fields.Integer("iat"));
        var lifted = fields.Boolean("lifted");
        halt = fields.Complete() && Scope.TryParse(kind, value, out var scope) ? new StandingHalt(id, scope.Value, reason, by, issued, lifted) : null;
        return halt is not null;
    }
}
