namespace Obstat.Proof.Messages;

/// <summary>One assertion about who asks, as it came; the plane judges it.</summary>
/// <param name="Kind">One of <see cref="AssertionKinds"/>.</param>
/// <param name="Value">The token.</param>
public sealed record Assertion(string Kind, string Value);
