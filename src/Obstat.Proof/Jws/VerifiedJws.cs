using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Jws;

/// <summary>A token whose form, signature, claims and time were verified. Its one maker is <see cref="StrictJws"/> with <see cref="SignedJws.TryAt"/>.</summary>
public sealed class VerifiedJws
{
    private VerifiedJws(SignedJws signed) => (Claims, Key, Compact) = (signed.Claims, signed.Key, signed.Compact);

    /// <summary>The payload.</summary>
    public JsonValue Claims { get; }

    /// <summary>The key that signed.</summary>
    public JwsKey Key { get; }

    /// <summary>
    /// The token as it came. Never its identity: ECDSA signatures are malleable, so two texts can be one token. Use <c>jti</c>.
    /// </summary>
    public string Compact { get; }

    internal static class Maker
    {
        public static bool TryMake(SignedJws signed, long now, [NotNullWhen(true)] out VerifiedJws? verified, out Refusal refusal)
        {
            verified = signed.IsInTime(now, out refusal) ? new VerifiedJws(signed) : null;
            return verified is not null;
        }
    }
}
