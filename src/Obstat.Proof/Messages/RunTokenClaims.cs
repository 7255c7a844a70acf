using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages;

/// <summary>The identity of a local process, signed by the plane's <c>run</c> key.</summary>
/// <param name="Iss">The plane.</param>
/// <param name="Aud">The gateway.</param>
/// <param name="Sub">The agent, such as <c>Agent::local:uid:1000</c>.</param>
/// <param name="Run">The run, or null without a runner.</param>
/// <param name="Uid">The user id that the socket's peer must have.</param>
/// <param name="Cgroup">Digest of the cgroup path, hex, or null without a runner.</param>
/// <param name="HostBoot">Boot id of the host.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Expires">Seconds since 1970, at most an hour later.</param>
/// <param name="Jti">128 random bits.</param>
public sealed record RunTokenClaims(string Iss, string Aud, string Sub, string? Run, long Uid, string? Cgroup, string HostBoot, long IssuedAt, long Expires, string Jti)
{
    /// <summary>Signs with the plane's <c>run</c> key.</summary>
    public string Sign(SigningKey run) => run.SignCompact(TokenTypes.Run, JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("iss", JsonValue.Of(Iss)), ("aud", JsonValue.Of(Aud)), ("sub", JsonValue.Of(Sub)), ("run", JsonValue.Of(Run)), ("uid", JsonValue.Of(Uid)),
        ("cg", JsonValue.Of(Cgroup)), ("boot", JsonValue.Of(HostBoot)), ("iat", JsonValue.Of(IssuedAt)), ("exp", JsonValue.Of(Expires)), ("jti", JsonValue.Of(Jti))));

    /// <summary>Verifies form, signature and time. Issuer, audience, peer and host boot are the plane's to compare.</summary>
    public static bool TryVerify(string compact, JwsKeySet keys, long now, [NotNullWhen(true)] out RunTokenClaims? claims, out Refusal refusal)
    {
        claims = null;
        if (!StrictJws.TryVerify(compact, TokenProfiles.Run, keys, now, out var jws, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(jws.Claims);
        _ = fields.Integer("v", PlaneMessage.Version, PlaneMessage.Version);
        var read = new RunTokenClaims(fields.Text("iss", 512), fields.Text("aud", 512), fields.Text("sub", 512), fields.Random128OrNull("run"), fields.Integer("uid", 0, uint.MaxValue),
            fields.TextOrNull("cg", 64), fields.Text("boot", 64), fields.Integer("iat"), fields.Integer("exp"), fields.Random128("jti"));
        if (!fields.Complete())
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, fields.Error.ToString()!);
            return false;
        }

        claims = read;
        return true;
    }
}
