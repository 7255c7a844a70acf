using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>A page of decisions, newest first.</summary>
/// <param name="Rows">The decisions.</param>
/// <param name="Next">The <c>after</c> of the next page; null at the end.</param>
/// <param name="Count">Decisions that fit the filters; by whole hours where a time narrows.</param>
/// <param name="All">Decisions without any filter.</param>
/// <param name="Facets">Counts, where asked for.</param>
/// <param name="Size">Entries that were read for it: what has this index or a higher one is not among the rows.</param>
public sealed record DecisionsView(ImmutableArray<DecisionRow> Rows, long? Next, long Count, long All, ImmutableArray<FacetView> Facets, long Size);
