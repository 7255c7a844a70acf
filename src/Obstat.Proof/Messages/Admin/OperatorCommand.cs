using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Messages.Admin;

/// <summary>One operator's word for one command (<c>typ execution-command+jwt</c>): the verb and the digest of everything that it is about. At most 60 s old.</summary>
/// <param name="Verb">The command.</param>
/// <param name="Arguments">Digest of its arguments: who signs other arguments agreed to something else.</param>
/// <param name="Aud">Origin of the ledger whose plane it is for.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Jti">128 random bits.</param>
public sealed record OperatorCommand(string Verb, Digest Arguments, string Aud, long IssuedAt, string Jti)
{
    /// <summary>Signs with an operator's key.</summary>
    public string Sign(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.SignCompact(TokenTypes.Command, JsonValue.Object(
            ("v", JsonValue.Of(PlaneMessage.Version)), ("verb", JsonValue.Of(Verb)), ("args", JsonValue.Of(Arguments.ToHex())), ("aud", JsonValue.Of(Aud)), ("iat", JsonValue.Of(IssuedAt)), ("jti", JsonValue.Of(Jti))));
    }

    /// <summary>Verifies form, signature and age under the keys of the operators.</summary>
    public static bool TryVerify(string compact, JwsKeySet operators, long now, [NotNullWhen(true)] out OperatorCommand? command, [NotNullWhen(true)] out JwsKey? signer, out Refusal refusal)
    {
        (command, signer) = (null, null);
        if (!StrictJws.TryVerify(compact, TokenProfiles.Command, operators, now, out var jws, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(jws.Claims);
        _ = fields.Integer("v", PlaneMessage.Version, PlaneMessage.Version);
        var (verb, args) = (fields.Text("verb", 64), fields.String("args", 64));
        var (aud, issued, jti) = (fields.Text("aud", 256), fields.Integer("iat"), fields.Random128("jti"));
        if (!Digest.TryParseHex(args, out var digest) || !fields.Complete())
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, "expected a command with the digest of its arguments");
            return false;
        }

        (command, signer) = (new OperatorCommand(verb, digest, aud, issued, jti), jws.Key);
        return true;
    }
}
