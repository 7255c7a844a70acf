using System.Collections.Immutable;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Verification;

/// <summary>What a verifier believes before it opens any evidence: a log's key, or a trust file. There is no verification without it.</summary>
public sealed class Trust
{
    private Trust(TrustPolicy policy, bool isLogKey) => (Policy, IsLogKey) = (policy, isLogKey);

    /// <summary>The policy; of a bare key one that asks for no witness.</summary>
    public TrustPolicy Policy { get; }

    /// <summary>Whether a bare key was given, which names no witnesses.</summary>
    public bool IsLogKey { get; }

    /// <summary>The logs that are believed.</summary>
    public ImmutableArray<VerifierKey> Logs => Policy.Logs;

    /// <summary>Trust in one log.</summary>
    public static Trust InLog(VerifierKey key) => new(TrustPolicy.OfLog(key), true);

    /// <summary>Trust in what a file says.</summary>
    public static Trust InPolicy(TrustPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(policy, false);
    }
}
