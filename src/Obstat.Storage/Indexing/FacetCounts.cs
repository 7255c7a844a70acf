using System.Collections.Immutable;

namespace Obstat.Storage.Indexing;

/// <summary>How many decisions fit a filter, and how they divide.</summary>
/// <param name="Count">Decisions that fit.</param>
/// <param name="Facets">Counts by the values of each facet, most first; the filter's own term for a facet does not narrow that facet.</param>
public sealed record FacetCounts(long Count, ImmutableDictionary<DecisionFacet, ImmutableArray<FacetCount>> Facets);
