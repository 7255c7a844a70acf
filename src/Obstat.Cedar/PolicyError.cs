namespace Obstat.Cedar;

/// <summary>One policy that could not be evaluated.</summary>
/// <param name="PolicyId">Which policy.</param>
/// <param name="Kind">Why.</param>
/// <param name="Span">The expression that has no value.</param>
public sealed record PolicyError(string PolicyId, EvaluationError Kind, Span Span);
