using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>
/// What an enforcement point says of itself at each start, signed by its own key: the claims of a token of <c>typ execution-point+jwt</c>.
/// The header carries the key; whether it is the enrolled one, or comes with the one-time secret, is the plane's to judge.
/// </summary>
/// <param name="Id">The point's name.</param>
/// <param name="Kind"><c>gateway</c>, <c>runner</c>, <c>sdk</c>, <c>hook</c> or <c>proxy</c>.</param>
/// <param name="Boot">128 random bits of this start, base64url.</param>
/// <param name="Report">Public key that signs this boot's outcomes.</param>
/// <param name="Instance">Public key that holds this boot's permits.</param>
/// <param name="Build">Digest of the program.</param>
/// <param name="Config">Digest of the configuration it runs with.</param>
/// <param name="Formats">What it reads.</param>
/// <param name="Obligations">Ids of the obligations it can fulfil.</param>
/// <param name="Previous">The boot before, or null.</param>
/// <param name="Open">Executions of earlier boots that it ended at start.</param>
/// <param name="Secret">The one-time enrolment secret, or null once enrolled.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Jti">128 random bits: registering twice with the same is answered once.</param>
public sealed record PointRegistration(
    string Id, string Kind, string Boot, JwsKey Report, JwsKey Instance, Digest Build, Digest Config, FormatVersions Formats, ImmutableArray<string> Obligations,
    PreviousBoot? Previous, ImmutableArray<EndedExecution> Open, string? Secret, long IssuedAt, string Jti)
{
    /// <summary>Signs with the point's own key.</summary>
    public string Sign(SigningKey point) => point.SignProof(TokenTypes.Point, ToClaims());

    /// <summary>Verifies form, signature under the key in the header, time and claims.</summary>
    /// <param name="compact">The token.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="registration">What the point says, or null.</param>
    /// <param name="point">The key that signed: compare its thumbprint with the enrolled one.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(string compact, long now, [NotNullWhen(true)] out PointRegistration? registration, [NotNullWhen(true)] out JwsKey? point, out Refusal refusal)
    {
        (registration, point) = (null, null);
        if (!StrictJws.TryVerify(compact, TokenProfiles.Point, JwsKeySet.Empty, now, out var jws, out refusal))
        {
            return false;
        }

        if (!TryRead(jws.Claims, out registration, out var error))
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, error.ToString());
            return false;
        }

        point = jws.Key;
        return true;
    }

    /// <summary>The claims as JSON.</summary>
    public JsonValue ToClaims() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("id", JsonValue.Of(Id)), ("kind", JsonValue.Of(Kind)), ("boot", JsonValue.Of(Boot)),
        ("keys", JsonValue.Object(("report", Report.Jwk), ("instance", Instance.Jwk))), ("build", JsonValue.Of(Build.ToHex())), ("config", JsonValue.Of(Config.ToHex())),
        ("formats", Formats.ToJson()), ("obligations", JsonValue.Strings(Obligations)),
        ("previous", Previous is null ? JsonValue.Null : JsonValue.Object(("boot", JsonValue.Of(Previous.Boot)), ("last_seq", JsonValue.Of(Previous.LastSeq)))),
        ("open", JsonValue.Array(Open.Select(o => JsonValue.Object(("exe", JsonValue.Of(o.Execution)), ("took_us", JsonValue.Of(o.TookMicroseconds)))))),
        ("secret", JsonValue.Of(Secret)), ("iat", JsonValue.Of(IssuedAt)), ("jti", JsonValue.Of(Jti)));

    /// <summary>Reads the claims; anything that the format does not have refuses.</summary>
    public static bool TryRead(JsonValue claims, [NotNullWhen(true)] out PointRegistration? registration, out JsonError error)
    {
        var fields = new JsonFields(claims);
        _ = fields.Integer("v", PlaneMessage.Version, PlaneMessage.Version);
        var keys = fields.Fields("keys");
        var (report, instance) = (Key(keys, "report", KeyRole.Report), Key(keys, "instance", KeyRole.Instance));
        FieldsOf.Finish(fields, "keys", keys);
        var read = report is null || instance is null
            ? null
            : new PointRegistration(fields.Name("id"), fields.OneOf("kind", "gateway", "runner", "sdk", "hook", "proxy"), fields.Random128("boot"), report, instance,
                fields.HexDigest("build"), fields.HexDigest("config"), StatementFields.Nested(fields, "formats", FormatVersions.Read), Names(fields), PreviousOf(fields), OpenOf(fields),
                FieldRules.TextOrNull(fields, "secret", 128), fields.Integer("iat"), fields.Random128("jti"));
        registration = read is not null && fields.Complete() ? read : null;
        error = fields.Error ?? default;
        return registration is not null;
    }

    private static JwsKey? Key(JsonFields keys, string name, KeyRole role)
    {
        if (JwsKey.TryImport(keys.Object(name), role, out var key, out _))
        {
            return key;
        }

        keys.Refuse(name, "a public P-256 JWK");
        return null;
    }

    private static ImmutableArray<string> Names(JsonFields fields)
    {
        var names = fields.Strings("obligations", 64, 64);
        if (fields.Error is null && !names.All(FieldRules.IsName))
        {
            fields.Refuse("obligations", "names of obligations");
        }

        return names;
    }

    private static PreviousBoot? PreviousOf(JsonFields fields)
    {
        if (fields.FieldsOrNull("previous") is not { } previous)
        {
            return null;
        }

        var read = new PreviousBoot(previous.Random128("boot"), previous.Integer("last_seq"));
        FieldsOf.Finish(fields, "previous", previous);
        return read;
    }

    private static ImmutableArray<EndedExecution> OpenOf(JsonFields fields)
    {
        var ended = ImmutableArray.CreateBuilder<EndedExecution>();
        foreach (var item in fields.Array("open", 10_000))
        {
            var one = new JsonFields(item, "/open");
            ended.Add(new EndedExecution(one.Random128("exe"), one.Integer("took_us")));
            FieldsOf.Finish(fields, "open", one);
        }

        return ended.ToImmutable();
    }
}
