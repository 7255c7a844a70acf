using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>
/// What an enforcement point enforces by, as it says itself (<c>typ execution-effective+jwt</c>): never what a file says, and "closed" only of what a probe proved. The plane compares it with what it published.
/// </summary>
/// <param name="Ep">The point and boot.</param>
/// <param name="Build">Digest of its program.</param>
/// <param name="Config">Digest of its configuration.</param>
/// <param name="Snapshot">The snapshot that the plane told it last.</param>
/// <param name="Epoch">The highest epoch that a signed message named.</param>
/// <param name="OrdersHead">The last order that it applied.</param>
/// <param name="Halts">Ids of the halts in force there, sorted.</param>
/// <param name="Proof">What its probes showed.</param>
/// <param name="Leases">Executions that run under a lease.</param>
/// <param name="StopMicroseconds">How long stops take there, slow ones first known, by class.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
public sealed record EffectivePolicy(
    PointBoot Ep, Digest Build, Digest Config, Digest Snapshot, long Epoch, long OrdersHead, ImmutableArray<string> Halts, ProofOfClosure Proof, long Leases,
    ImmutableSortedDictionary<LeaseClass, long> StopMicroseconds, long IssuedAt)
{
    /// <summary>How often in an interval of probes it is said: each second while points probe every 15 s. Whoever misses three in a row hears a silent point.</summary>
    public const int SaidInInterval = 15;

    /// <summary>Halts that are named at most; of more the oldest ids are left out.</summary>
    public const int HaltsMax = 256;

    /// <summary>Signs it with the report key of the boot.</summary>
    public string Sign(SigningKey report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.SignCompact(TokenTypes.Effective, JsonValue.Object(
            ("v", JsonValue.Of(PlaneMessage.Version)), ("point", JsonValue.Of(Ep.Id)), ("boot", JsonValue.Of(Ep.Boot)), ("build", JsonValue.Of(Build.ToHex())), ("config", JsonValue.Of(Config.ToHex())),
            ("snapshot", JsonValue.Of(Snapshot.ToHex())), ("epoch", JsonValue.Of(Epoch)), ("orders_head", JsonValue.Of(OrdersHead)), ("halts", JsonValue.Strings(Halts)), ("proof", Proof.ToJson()),
            ("leases", JsonValue.Of(Leases)), ("stop_us", JsonValue.Object([.. StopMicroseconds.Select(s => (s.Key.ToWord(), JsonValue.Of(s.Value)))])), ("iat", JsonValue.Of(IssuedAt))));
    }

    /// <summary>Verifies one: form, signature by the report key of the boot, time, members.</summary>
    public static bool TryVerify(string compact, JwsKey report, long now, [NotNullWhen(true)] out EffectivePolicy? effective, out Refusal refusal)
    {
        effective = null;
        if (!StrictJws.TryVerify(compact, TokenProfiles.Effective, JwsKeySet.Of([report]), now, out var verified, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(verified.Claims);
        _ = fields.Integer("v", PlaneMessage.Version, PlaneMessage.Version);
        var proof = fields.Fields("proof");
        var stops = fields.Fields("stop_us");
        var read = new EffectivePolicy(
            new PointBoot(fields.Name("point"), fields.Random128("boot")), fields.HexDigest("build"), fields.HexDigest("config"), fields.HexDigest("snapshot"), fields.Integer("epoch"),
            fields.Integer("orders_head"), fields.Strings("halts", HaltsMax, 22), ProofOfClosure.Read(proof), fields.Integer("leases"),
            LeaseClassWords.All.Where(stops.Has).ToImmutableSortedDictionary(LeaseClassWords.Parse, word => stops.Integer(word)), fields.Integer("iat"));
        FieldsOf.Finish(fields, "proof", proof);
        FieldsOf.Finish(fields, "stop_us", stops);
        refusal = fields.Complete() ? default : new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
        effective = fields.Error is null ? read : null;
        return effective is not null;
    }
}
