namespace Obstat.Console.Api;

/// <summary>One value of a facet.</summary>
/// <param name="Value">What the parameter takes.</param>
/// <param name="Label">What a person reads.</param>
/// <param name="Count">How many decisions.</param>
public sealed record FacetValueView(string Value, string Label, long Count);
