using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>
/// The one verifier of every token that gates something (RFC 7515 compact form). Stock verifiers accept unknown <c>crit</c>, duplicate members, padding, times as strings;
/// this one takes one spelling of one token. The token selects nothing: key, algorithm and form come from the profile and the pinned set.
/// </summary>
public static class StrictJws
{
    /// <summary>The detail of a refusal for a <c>kid</c> that is not pinned: a fresh key set may know it.</summary>
    public const string UnknownKey = "unknown kid";

    private static readonly JsonLimits HeaderLimits = new(1024, 4, 16);

    /// <summary>Verifies form, signature, claims and time.</summary>
    /// <param name="compact">The token as it came.</param>
    /// <param name="profile">What kind of token it must be.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="verified">The token, or null.</param>
    /// <param name="refusal">Why not; <see cref="DenyReason.AssertionInvalid"/> but for times, whose code is the profile's.</param>
    public static bool TryVerify(ReadOnlySpan<char> compact, JwsProfile profile, JwsKeySet keys, long now, [NotNullWhen(true)] out VerifiedJws? verified, out Refusal refusal)
    {
        verified = null;
        return TryOpen(compact, profile, keys, out var signed, out refusal) && signed.TryAt(now, out verified, out refusal);
    }

    /// <summary>Verifies everything but the time, for verifiers that check their clock at another step.</summary>
    public static bool TryOpen(ReadOnlySpan<char> compact, JwsProfile profile, JwsKeySet keys, [NotNullWhen(true)] out SignedJws? signed, out Refusal refusal)
    {
        signed = null;
        if (!TryOpenBytes(compact, profile, keys, out var payload, out var key, out var detail) || !TryClaims(payload, profile, out var claims, out detail))
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, detail);
            return false;
        }

        (signed, refusal) = (new SignedJws(profile, claims, key, compact.ToString()), default);
        return true;
    }

    /// <summary>Form, header, key and signature: steps that do not look into the payload.</summary>
    internal static bool TryOpenBytes(ReadOnlySpan<char> compact, JwsProfile profile, JwsKeySet keys, [NotNullWhen(true)] out byte[]? payload, [NotNullWhen(true)] out JwsKey? key,
        [NotNullWhen(false)] out string? detail)
    {
        (payload, key, detail) = (null, null, null);
        if (compact.Length > profile.BytesMax)
        {
            detail = "token too long";
            return false;
        }

        var first = compact.IndexOf('.');
        var last = compact.LastIndexOf('.');
        // The base64url reader takes only its alphabet, so a third dot, white space and everything beyond ASCII refuse there.
        if (first <= 0 || last <= first + 1 || last == compact.Length - 1
            || !Base64Url.TryDecode(compact[..first], out var header) || !Base64Url.TryDecode(compact[(first + 1)..last], out payload) || !Base64Url.TryDecode(compact[(last + 1)..], out var signature))
        {
            (payload, detail) = (null, "not three segments of canonical base64url");
            return false;
        }

        if (!TryKey(header, profile, keys, out key, out detail))
        {
            payload = null;
            return false;
        }

        var data = Encoding.ASCII.GetBytes(compact[..last].ToString());
        if (!key.Verifies(data, signature))
        {
            (payload, key, detail) = (null, null, "signature does not verify");
            return false;
        }

        return true;
    }

    private static bool TryKey(byte[] bytes, JwsProfile profile, JwsKeySet keys, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? detail)
    {
        (key, detail) = (null, null);
        if (!StrictJson.TryParse(bytes, JsonRules.Intake, HeaderLimits, out var header, out _) || header.Kind != JsonKind.Object)
        {
            detail = "header is not one strict JSON object";
            return false;
        }

        if (profile.Header.Any(name => header[name] is null) || header.Members.Any(m => !profile.Header.Contains(m.Name) && !profile.HeaderOptional.Contains(m.Name)))
        {
            detail = "header has other members than its kind";
            return false;
        }

        if (header["typ"] is { } typ && (typ.AsString is not { } type || !profile.Types.Contains(type)))
        {
            detail = "typ of another kind";
            return false;
        }

        if (header["jwk"] is { } jwk)
        {
            if (!JwsKey.TryImport(jwk, profile.Role, out key, out detail))
            {
                return false;
            }
        }
        else if (header["kid"]?.AsString is not { } kid || (key = keys[kid]) is null)
        {
            detail = UnknownKey;
            return false;
        }

        if (key.Role != profile.Role || !profile.Algorithms.Contains(key.Algorithm) || header["alg"]?.AsString != key.Algorithm.ToString())
        {
            (key, detail) = (null, "key of another role or algorithm");
            return false;
        }

        return true;
    }

    private static bool TryClaims(byte[] payload, JwsProfile profile, [NotNullWhen(true)] out JsonValue? claims, [NotNullWhen(false)] out string? detail)
    {
        detail = null;
        if (!StrictJson.TryParse(payload, out claims, out var error) || claims.Kind != JsonKind.Object)
        {
            (claims, detail) = (null, $"payload is not one strict JSON object: {error}");
            return false;
        }

        foreach (var rule in profile.Claims)
        {
            var value = claims[rule.Name];
            if (value is null ? rule.Required : !Fits(value, rule.Kind, payload))
            {
                (claims, detail) = (null, $"claim \"{rule.Name}\" {(value is null ? "is missing" : "is of another kind")}");
                return false;
            }
        }

        if (!profile.IgnoresUnknownClaims && claims.Members.Any(m => !profile.Claims.Any(r => r.Name == m.Name)))
        {
            (claims, detail) = (null, "unknown claim");
            return false;
        }

        if (claims["exp"]?.AsInteger is { } exp && (claims["iat"]?.AsInteger is not { } iat || exp <= iat || exp - iat > profile.LifeMax))
        {
            (claims, detail) = (null, "life is not from iat to a later exp within the limit");
            return false;
        }

        return true;
    }

    private static bool Fits(JsonValue value, ClaimKind kind, byte[] payload) => kind switch
    {
        ClaimKind.Text => value.AsString is { Length: > 0 },
        ClaimKind.Time => value.AsInteger >= 0 && IsPlainInteger(payload.AsSpan(value.Offset)),
        ClaimKind.Integer => value.AsInteger >= 0,
        ClaimKind.Object => value.Kind == JsonKind.Object,
        ClaimKind.Array => value.Kind == JsonKind.Array,
        ClaimKind.Audience => value.AsString is { Length: > 0 } || (value.Items.Length is >= 1 and <= 8 && value.Items.All(i => i.AsString is { Length: > 0 })),
        ClaimKind.TextOrNull => value.IsNull || value.AsString is not null,
        ClaimKind.ObjectOrNull => value.IsNull || value.Kind == JsonKind.Object,
        _ => false,
    };

    /// <summary>Digits alone up to the end of the token: 1e9 and 10.0 are the same number and another spelling.</summary>
    private static bool IsPlainInteger(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end != 0 && (end < 0 || text[end] is not ((byte)'.' or (byte)'e' or (byte)'E'));
    }
}
