using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

/// <summary>
/// Run tokens whose signature was verified under one trust part: the same bytes need not be verified again for every call of a session. What depends on time is checked each time, and all of it ends with
/// the trust part. Safe for concurrent use.
/// </summary>
internal sealed class VerifiedRunTokens(Trust trust)
{
    private const int TokensMax = 1024;
    private readonly ConcurrentDictionary<string, (RunTokenClaims Claims, long KeysEnd)> _verified = new(StringComparer.Ordinal);

    /// <summary>Form, signature and time of a token, from memory or anew.</summary>
    public bool TryVerify(string compact, long now, [NotNullWhen(true)] out RunTokenClaims? claims, out Refusal refusal)
    {
        // A known token past its end, or before its beginning, is judged anew, so that one verifier says why.
        if (_verified.TryGetValue(compact, out var known) && known.Claims.IssuedAt <= now && now < known.Claims.Expires && now < known.KeysEnd)
        {
            (claims, refusal) = (known.Claims, default);
            return true;
        }

        if (!RunTokenClaims.TryVerify(compact, trust.RunKeysAt(now), now, out claims, out refusal))
        {
            return false;
        }

        if (_verified.Count >= TokensMax)
        {
            _verified.Clear();
        }

        // Which key signed is not asked: until the first of them ends, none has.
        _verified[compact] = (claims, trust.PlaneKeys.Values.Select(k => k.Expires).Where(end => now < end).Min());
        return true;
    }
}
