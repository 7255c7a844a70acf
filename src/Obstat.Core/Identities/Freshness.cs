using System.Collections.Immutable;

namespace Obstat.Core.Identities;

/// <summary>
/// When each source of trust was last read validly. It stands beside a snapshot and is an input of the decision, never part of a digest: a refresh that brings nothing new moves nothing.
/// </summary>
/// <param name="FetchedAt">By the issuer's URL.</param>
public sealed record Freshness(ImmutableSortedDictionary<string, DateTimeOffset> FetchedAt)
{
    /// <summary>Nothing was read: every issuer is stale.</summary>
    public static Freshness Unknown { get; } = new(ImmutableSortedDictionary<string, DateTimeOffset>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>Whether the keys of an issuer are too old to verify anything. Unknown is; so is an age below zero beyond a minute, because then one of the two times lies.</summary>
    public bool IsStale(TrustedIssuer issuer, DateTimeOffset now)
        => !FetchedAt.TryGetValue(issuer.Url, out var read) || now - read > issuer.StaleAfter || read - now > TimeSpan.FromMinutes(1);

    /// <summary>The age of an issuer's keys in seconds, for the record; null where nothing was read.</summary>
    public long? AgeOf(string issuer, DateTimeOffset now) => FetchedAt.TryGetValue(issuer, out var read) ? (long)(now - read).TotalSeconds : null;
}
