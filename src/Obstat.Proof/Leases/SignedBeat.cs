using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Leases;

/// <summary>The plane's answer to a beat (<c>typ execution-beat+jwt</c>): given only after a commit that began after the beat came in.</summary>
/// <param name="Boot">The boot that sent the beat.</param>
/// <param name="N">The beat's number.</param>
/// <param name="Nonce">The beat's nonce.</param>
/// <param name="Epoch">Fencing epoch of the plane.</param>
/// <param name="WallMs">The plane's clock, ms since 1970.</param>
/// <param name="OrdersHead">Number of its last order.</param>
/// <param name="Leases">One for each lease of the beat.</param>
public sealed record SignedBeat(string Boot, long N, string Nonce, long Epoch, long WallMs, long OrdersHead, ImmutableArray<RenewedLease> Leases)
{
    /// <summary>Signs it.</summary>
    public string Sign(SigningKey lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease.SignCompact(TokenTypes.Beat, JsonValue.Object(
            ("v", JsonValue.Of(1)), ("boot", JsonValue.Of(Boot)), ("n", JsonValue.Of(N)), ("nonce", JsonValue.Of(Nonce)), ("epoch", JsonValue.Of(Epoch)), ("wall_ms", JsonValue.Of(WallMs)),
            ("orders_head", JsonValue.Of(OrdersHead)), ("head", JsonValue.Null),
            ("leases", JsonValue.Array(Leases.Select(l => JsonValue.Object(
                ("id", JsonValue.Of(l.Id)), ("seq", JsonValue.Of(l.Seq)), ("go", l.Reason is null ? JsonValue.True : JsonValue.False), ("reason", JsonValue.Of(l.Reason?.ToCode())),
                ("ttl_ms", JsonValue.Of(l.TtlMs)), ("grant", JsonValue.EmptyObject)))))));
    }

    /// <summary>Verifies one. Whether it answers an outstanding beat is for whoever sent it.</summary>
    public static bool TryVerify(string compact, JwsKeySet keys, [NotNullWhen(true)] out SignedBeat? beat, out Refusal refusal)
    {
        beat = null;
        if (!StrictJws.TryOpen(compact, TokenProfiles.Beat, keys, out var signed, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(signed.Claims);
        _ = fields.Integer("v", 1, 1);
        var read = new SignedBeat(fields.Random128("boot"), fields.Integer("n", 1), fields.Random128("nonce"), fields.Integer("epoch"), fields.Integer("wall_ms"), fields.Integer("orders_head"),
            fields.Each("leases", LeaseLimits.LeasesMax, ReadLease));
        if (fields.ObjectOrNull("head") is not null)
        {
            fields.Refuse("head", "null");
        }

        refusal = fields.Complete() ? default : new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
        beat = fields.Error is null ? read : null;
        return beat is not null;
    }

    private static RenewedLease ReadLease(JsonFields fields)
    {
        var read = new RenewedLease(fields.Random128("id"), fields.Integer("seq", 1), AdminFields.ReasonOrNull(fields, "reason"), fields.Integer("ttl_ms", 0, LeaseLimits.TtlMsMax));
        LeaseLimits.NoUnits(fields, "grant");
        if (fields.Boolean("go") != (read.Reason is null) || (read.Reason is null) != (read.TtlMs > 0))
        {
            fields.Refuse("go", "a time exactly when it goes on, and a reason exactly when it does not");
        }

        return read;
    }
}
