using System.Collections.Immutable;

namespace Obstat.Settings;

/// <summary>An issuer of access tokens that the plane accepts.</summary>
/// <param name="Url">The exact <c>iss</c>; compared as a string, no folding of slashes.</param>
/// <param name="Profile">Rules of the token's shape: <c>rfc9068</c>.</param>
/// <param name="Audience">The exact audience that a token must name.</param>
/// <param name="Algorithms">Accepted JWS algorithms, never empty: RS256, ES256, ES384, PS256.</param>
/// <param name="Jwks">File with the issuer's keys (RFC 7517), absolute.</param>
/// <param name="StaleAfter">Age of the JWKS file after which its keys verify nothing (<c>TrustStale</c>): 1 min to 30 d.</param>
public sealed record IssuerSettings(string Url, string Profile, string Audience, ImmutableArray<string> Algorithms, string Jwks, TimeSpan StaleAfter);
