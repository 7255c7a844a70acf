using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Leases;

/// <summary>The plane's answer to the opening of a lease (<c>typ execution-lease+jwt</c>).</summary>
/// <param name="Boot">The boot that opened it.</param>
/// <param name="N">The number of the message that it answers.</param>
/// <param name="Id">The lease.</param>
/// <param name="Epoch">Fencing epoch of the plane that answered.</param>
/// <param name="TtlMs">How long it holds from the sending of that message, in ms.</param>
/// <param name="RenewMs">How often the point should beat, in ms.</param>
/// <param name="HardExp">Seconds since 1970 beyond which nothing renews it: the identity ends.</param>
public sealed record OpenedLease(string Boot, long N, string Id, long Epoch, long TtlMs, long RenewMs, long HardExp)
{
    /// <summary>Signs it.</summary>
    public string Sign(SigningKey lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease.SignCompact(TokenTypes.Lease, JsonValue.Object(
            ("v", JsonValue.Of(1)), ("boot", JsonValue.Of(Boot)), ("n", JsonValue.Of(N)), ("id", JsonValue.Of(Id)), ("epoch", JsonValue.Of(Epoch)), ("ttl_ms", JsonValue.Of(TtlMs)),
            ("renew_ms", JsonValue.Of(RenewMs)), ("hard_exp", JsonValue.Of(HardExp)), ("grant", JsonValue.EmptyObject)));
    }

    /// <summary>Verifies one.</summary>
    public static bool TryVerify(string compact, JwsKeySet keys, [NotNullWhen(true)] out OpenedLease? lease, out Refusal refusal)
    {
        lease = null;
        if (!StrictJws.TryOpen(compact, TokenProfiles.Lease, keys, out var signed, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(signed.Claims);
        _ = fields.Integer("v", 1, 1);
        var read = new OpenedLease(fields.Random128("boot"), fields.Integer("n", 1), fields.Random128("id"), fields.Integer("epoch"), fields.Integer("ttl_ms", 1, LeaseLimits.TtlMsMax),
            fields.Integer("renew_ms", 1, LeaseLimits.TtlMsMax), fields.Integer("hard_exp"));
        LeaseLimits.NoUnits(fields, "grant");
        refusal = fields.Complete() ? default : new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
        lease = fields.Error is null ? read : null;
        return lease is not null;
    }
}
