using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Who may act.</summary>
/// <param name="Identities">Who was enrolled, by name.</param>
/// <param name="Issuers">Whose tokens are taken.</param>
/// <param name="Points">Enforcement points.</param>
/// <param name="Revoked">What is revoked, as scopes are written.</param>
public sealed record IdentitiesView(ImmutableArray<IdentityView> Identities, ImmutableArray<IssuerView> Issuers, ImmutableArray<PointView> Points, ImmutableArray<string> Revoked);
