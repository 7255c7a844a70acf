using System.Collections.Immutable;
using Obstat.Proof.Messages;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;

namespace Obstat.Core.Identities;

/// <summary>The part <em>trust</em> of a snapshot: whose word is taken for what. Immutable; when its sources were read stands in <see cref="Freshness"/>.</summary>
public sealed class Trust
{
    private readonly JwsKeySet _runKeys;

    /// <summary>The trust part of these sources. Two of one name are refused.</summary>
    /// <param name="origin">The log of this plane.</param>
    /// <param name="resource">The gateway's resource URL: the audience of access tokens that the plane issues.</param>
    /// <param name="keys">The plane's own keys that verify identities.</param>
    /// <param name="issuers">Other issuers.</param>
    /// <param name="identities">Who was enrolled.</param>
    /// <param name="servers">The registered servers with their pins.</param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public Trust(
        string origin, string resource, IEnumerable<KeySetMember> keys, IEnumerable<TrustedIssuer> issuers, IEnumerable<EnrolledIdentity> identities, IEnumerable<PinnedServer> servers)
    {
        (Issuer, Resource) = (Urns.Plane(origin), resource);
        Issuers = issuers.ToImmutableSortedDictionary(i => i.Url, i => i, StringComparer.Ordinal);
        Identities = identities.ToImmutableSortedDictionary(i => i.Subject, i => i, StringComparer.Ordinal);
        Servers = servers.ToImmutableSortedDictionary(s => s.Name, s => s, StringComparer.Ordinal);
        var own = keys.ToImmutableSortedDictionary(k => k.Key.Kid, k => k, StringComparer.Ordinal);
        (PlaneKeys, _runKeys) = (own, JwsKeySet.Of(own.Values.Select(k => k.Key)));
        (RunTokens, AccessTokens) = (new VerifiedRunTokens(this), new VerifiedAccessTokens(this));
        Bytes = ToJson().ToCanonicalBytes();
        Digest = Digest.Of(Bytes.Span);
    }

    /// <summary>The plane as an issuer: <c>urn:execution:plane:ORIGIN</c>.</summary>
    public string Issuer { get; }

    /// <summary>The gateway's resource URL.</summary>
    public string Resource { get; }

    /// <summary>Other issuers, by URL.</summary>
    public ImmutableSortedDictionary<string, TrustedIssuer> Issuers { get; }

    /// <summary>Who was enrolled, by <see cref="EnrolledIdentity.Subject"/>.</summary>
    public ImmutableSortedDictionary<string, EnrolledIdentity> Identities { get; }

    /// <summary>The registered servers, by name.</summary>
    public ImmutableSortedDictionary<string, PinnedServer> Servers { get; }

    /// <summary>The plane's keys that verify identities, by kid.</summary>
    public ImmutableSortedDictionary<string, KeySetMember> PlaneKeys { get; }

    /// <summary>The keys of the plane that verify identities at this time.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public JwsKeySet RunKeysAt(long now)
        => PlaneKeys.Values.All(k => now < k.Expires) ? _runKeys : JwsKeySet.Of(PlaneKeys.Values.Where(k => now < k.Expires).Select(k => k.Key));

    internal VerifiedRunTokens RunTokens { get; }

    internal VerifiedAccessTokens AccessTokens { get; }

    /// <summary>The bytes that <see cref="Digest"/> is of.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public Digest Digest { get; }

    private JsonValue ToJson() => JsonValue.Object(
        ("identities", JsonValue.Array(Identities.Values.Select(i => i.ToJson()))),
        ("issuer", JsonValue.Of(Issuer)),
        ("issuers", JsonValue.Array(Issuers.Values.Select(i => i.ToJson()))),
        ("keys", JsonValue.Array(PlaneKeys.Values.Select(k => JsonValue.Object(
            ("jwk", k.Key.Jwk), ("kid", JsonValue.Of(k.Key.Kid)), ("role", JsonValue.Of(k.Key.Role.ToWord())), ("exp", JsonValue.Of(k.Expires)))))),
        ("resource", JsonValue.Of(Resource)),
        ("servers", JsonValue.Array(Servers.Values.Select(s => s.ToJson()))),
        ("v", JsonValue.Of(1)));
}
