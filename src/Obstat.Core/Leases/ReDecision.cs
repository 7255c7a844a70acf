using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Leases;

/// <summary>
/// A running execution decided again: the same request, with the same assertion, under the snapshot in force. Pure. Due only when something moved that its last decision read: a part of the snapshot by
/// digest, the freshness of the issuer whose word it rests on, the end of a permit that allowed it, or time itself where a policy reads it. What is revoked or halted is found by index and needs no decision.
/// </summary>
public static class ReDecision
{
    /// <summary>Whether something moved that this decision read.</summary>
    /// <param name="last">How it was decided last.</param>
    /// <param name="snapshot">The snapshot in force.</param>
    /// <param name="freshness">How old its trust is.</param>
    /// <param name="now">The plane's clock, UTC.</param>
    public static bool IsDue(Decided last, Snapshot snapshot, Freshness freshness, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(snapshot);
        return HasMoved(last, snapshot) || (last.ReadsLaw && snapshot.Law.ReadsTime) || IsStale(last, snapshot, freshness, now) || HasEnded(last, snapshot, now);
    }

    /// <summary>Whether a part of the snapshot that this decision read has another digest now.</summary>
    public static bool HasMoved(Decided last, Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(snapshot);
        var read = last.Read;
        return (read.Law is { } law && law != snapshot.Law.Digest)
            || (read.Directory is { } directory && directory != snapshot.Directory.Digest)
            || (read.Trust is { } trust && trust != snapshot.Trust.Digest);
    }

    /// <summary>Decides again.</summary>
    /// <param name="last">How it was decided last.</param>
    /// <param name="snapshot">The snapshot in force.</param>
    /// <param name="freshness">How old its trust is.</param>
    /// <param name="now">The plane's clock, UTC.</param>
    /// <param name="held">How long the execution has been running.</param>
    public static Decided Decide(Decided last, Snapshot snapshot, Freshness freshness, DateTimeOffset now, TimeSpan held)
    {
        ArgumentNullException.ThrowIfNull(last);
        var identified = Identified.Verifier.Verify(last.Request, snapshot, freshness, now);
        var again = Decided.Authorizer.Decide(identified, snapshot, freshness, now, held < TimeSpan.Zero ? TimeSpan.Zero : held).UnlessStopped(null);

        // What runs was told its obligations with its permit; one that is new would bind nobody.
        return again.Obligations.All(last.Obligations.Contains) ? again : again.Stopped(DenyReason.NotPermitted);
    }

    private static bool IsStale(Decided last, Snapshot snapshot, Freshness freshness, DateTimeOffset now)
        => last.Identified.Assertions.Any(a => snapshot.Trust.Issuers.TryGetValue(a.Issuer, out var issuer) && freshness.IsStale(issuer, now));

    private static bool HasEnded(Decided last, Snapshot snapshot, DateTimeOffset now)
        => last.Decision.Policies.Any(id => snapshot.Law.Policies.TryGet(id.ToString(), out var policy) && Listing.IsOver(policy, now));
}
