using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>Asks to renew leases. Also sent with none, so that both sides know of each other.</summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="N">The next number of this boot's beats and openings.</param>
/// <param name="Nonce">128 random bits.</param>
/// <param name="WallMs">The point's clock, ms since 1970.</param>
/// <param name="Snapshot">The snapshot that the point was told last.</param>
/// <param name="Seen">Size of the largest verified head.</param>
/// <param name="Orders">The last order applied.</param>
/// <param name="Leases">At most <see cref="LeaseLimits.LeasesMax"/>.</param>
public sealed record BeatRequest(PointBoot Ep, long N, string Nonce, long WallMs, Digest Snapshot, long Seen, long Orders, ImmutableArray<BeatLease> Leases) : IPlaneMessage<BeatRequest>
{
    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("ep", EpFields.ToJson(Ep)), ("n", JsonValue.Of(N)), ("nonce", JsonValue.Of(Nonce)), ("wall_ms", JsonValue.Of(WallMs)),
        ("snap", JsonValue.Of(Snapshot.ToHex())), ("seen", JsonValue.Of(Seen)), ("orders", JsonValue.Of(Orders)),
        ("leases", JsonValue.Array(Leases.Select(l => JsonValue.Object(("id", JsonValue.Of(l.Id)), ("seq", JsonValue.Of(l.Seq)), ("used", JsonValue.EmptyObject), ("want", JsonValue.EmptyObject))))));

    /// <inheritdoc/>
    public static BeatRequest Read(JsonFields fields) => new(
        EpFields.Read(fields), fields.Integer("n", 1), fields.Random128("nonce"), fields.Integer("wall_ms"), fields.HexDigest("snap"), fields.Integer("seen"), fields.Integer("orders"),
        AdminFields.Each(fields, "leases", LeaseLimits.LeasesMax, one =>
        {
            var read = new BeatLease(one.Random128("id"), one.Integer("seq", 1));
            LeaseLimits.NoUnits(one, "used");
            LeaseLimits.NoUnits(one, "want");
            return read;
        }));
}
