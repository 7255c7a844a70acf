using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

/// <summary>
/// Access tokens whose form, signature and claims were verified under one trust part: the same bytes need not be verified again for every call of a session. Their times are checked each time, and all of it
/// ends with the trust part. Safe for concurrent use.
/// </summary>
internal sealed class VerifiedAccessTokens(Trust trust)
{
    private const int TokensMax = 1024;
    private readonly ConcurrentDictionary<string, (SignedJws Token, long KeysEnd)> _opened = new(StringComparer.Ordinal);

    /// <summary>Form, signature, claims and time of a token, from memory or anew.</summary>
    /// <param name="compact">The token, which names that issuer.</param>
    /// <param name="issuer">The pinned issuer; null for the plane itself.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="verified">The token, or null.</param>
    /// <param name="refusal">Why not.</param>
    public bool TryVerify(string compact, TrustedIssuer? issuer, long now, [NotNullWhen(true)] out VerifiedJws? verified, out Refusal refusal)
    {
        if (_opened.TryGetValue(compact, out var known) && now < known.KeysEnd)
        {
            return known.Token.TryAt(now, out verified, out refusal);
        }

        verified = null;
        if (!StrictJws.TryOpen(compact, issuer?.Profile ?? TokenProfiles.OwnAccessToken, issuer?.Keys ?? trust.RunKeysAt(now), out var opened, out refusal))
        {
            return false;
        }

        if (_opened.Count >= TokensMax)
        {
            _opened.Clear();
        }

        // Which key of the plane signed is not asked: until the first of them ends, none has. The keys of an issuer end with the trust part.
        _opened[compact] = (opened, issuer is not null ? long.MaxValue : trust.PlaneKeys.Values.Select(k => k.Expires).Where(end => now < end).Min());
        return opened.TryAt(now, out verified, out refusal);
    }
}
