using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;

namespace Obstat.Core.Identities;

/// <summary>An issuer whose access tokens are accepted, with the keys that were pinned for it.</summary>
public sealed class TrustedIssuer
{
    private TrustedIssuer(string url, string audience, ImmutableArray<JwsAlgorithm> algorithms, TimeSpan staleAfter, JsonValue jwks, JwsKeySet keys)
    {
        (Url, Audience, Algorithms, StaleAfter, Jwks, Keys) = (url, audience, algorithms, staleAfter, jwks, keys);
        Profile = TokenProfiles.ForeignAccessToken with { Algorithms = algorithms };
    }

    /// <summary>The exact <c>iss</c>.</summary>
    public string Url { get; }

    /// <summary>The exact audience that a token must name.</summary>
    public string Audience { get; }

    /// <summary>The algorithms configured for it.</summary>
    public ImmutableArray<JwsAlgorithm> Algorithms { get; }

    /// <summary>Age after which its keys verify nothing.</summary>
    public TimeSpan StaleAfter { get; }

    /// <summary>The key set as it came.</summary>
    public JsonValue Jwks { get; }

    /// <summary>The keys.</summary>
    public JwsKeySet Keys { get; }

    internal JwsProfile Profile { get; }

    /// <summary>Reads an issuer of profile <c>rfc9068</c>; another profile, an algorithm that is not known and a key set with anything wrong in it refuse the issuer.</summary>
    public static bool TryMake(
        string url, string profile, string audience, ImmutableArray<string> algorithms, TimeSpan staleAfter, JsonValue jwks, [NotNullWhen(true)] out TrustedIssuer? issuer, [NotNullWhen(false)] out string? error)
    {
        (issuer, error) = (null, null);
        var parsed = ImmutableArray.CreateBuilder<JwsAlgorithm>();
        foreach (var name in algorithms)
        {
            if (!Enum.TryParse<JwsAlgorithm>(name, out var algorithm) || algorithm.ToString() != name || algorithm == JwsAlgorithm.None)
            {
                error = $"expected a known algorithm, got \"{name}\"";
                return false;
            }

            parsed.Add(algorithm);
        }

        if (profile != "rfc9068")
        {
            error = $"expected profile rfc9068, got \"{profile}\"";
            return false;
        }

        var known = parsed.ToImmutable();
        if (!JwsKeySet.TryReadForeign(jwks, known, out var keys, out error))
        {
            return false;
        }

        issuer = new TrustedIssuer(url, audience, known, staleAfter, jwks, keys);
        return true;
    }

    internal JsonValue ToJson() => JsonValue.Object(
        ("algs", JsonValue.Strings(Algorithms.Select(a => a.ToString()))),
        ("audience", JsonValue.Of(Audience)),
        ("jwks", Jwks),
        ("profile", JsonValue.Of("rfc9068")),
        ("staleAfterSeconds", JsonValue.Of((long)StaleAfter.TotalSeconds)),
        ("url", JsonValue.Of(Url)));
}
