namespace Obstat.Storage.Indexing;

/// <summary>How many decisions have one value.</summary>
/// <param name="Value">The value; empty where there is none, as the reason of an allow or the principal of nobody.</param>
/// <param name="Count">How many.</param>
public sealed record FacetCount(string Value, long Count);
