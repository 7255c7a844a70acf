using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Obstat.Gateway.Http;

/// <summary>What the HTTP endpoint says about itself and whom it hears.</summary>
/// <param name="Resource">URL that names this gateway as an audience, without a slash at its end.</param>
/// <param name="Issuers">Issuers whose tokens the plane takes.</param>
/// <param name="Origins">Accepted values of <c>Origin</c>; empty: no browser.</param>
internal sealed record EndpointRules(string Resource, ImmutableArray<string> Issuers, FrozenSet<string> Origins);
