using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>A token whose form, signature and claims were verified, at no particular time yet. Good for nothing until <see cref="TryAt"/>.</summary>
public sealed class SignedJws
{
    private readonly JwsProfile _profile;

    internal SignedJws(JwsProfile profile, JsonValue claims, JwsKey key, string compact) => (_profile, Claims, Key, Compact) = (profile, claims, key, compact);

    /// <summary>The payload.</summary>
    public JsonValue Claims { get; }

    /// <summary>The key that signed.</summary>
    public JwsKey Key { get; }

    internal string Compact { get; }

    /// <summary>Checks the times of the token. Refuses with the profile's code.</summary>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="verified">The token, good at this time.</param>
    /// <param name="refusal">Which time does not hold.</param>
    public bool TryAt(long now, [NotNullWhen(true)] out VerifiedJws? verified, out Refusal refusal) => VerifiedJws.Maker.TryMake(this, now, out verified, out refusal);

    internal bool IsInTime(long now, out Refusal refusal)
    {
        // Times are at most 2^53 - 1, so the sums below stay in range.
        var (exp, nbf, iat) = (Claims["exp"]?.AsInteger, Claims["nbf"]?.AsInteger, Claims["iat"]?.AsInteger);
        var late = _profile.SkewAllowed + 2;
        var detail = exp is null && _profile.AgeMax == 0 ? "no end"
            : exp is { } end && now >= end + _profile.SkewAllowed ? "expired"
            : nbf > now + late ? "nbf lies ahead"
            : iat > now + late ? "iat lies ahead"
            : exp is null && (iat is not { } made || made < now - _profile.AgeMax) ? "too old"
            : null;
        refusal = new Refusal(_profile.TimeReason, detail ?? "");
        return detail is null;
    }
}
