using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Counts by the values of one parameter.</summary>
/// <param name="Parameter">The parameter that narrows by it.</param>
/// <param name="Values">Most first, at most 12.</param>
public sealed record FacetView(string Parameter, ImmutableArray<FacetValueView> Values);
