namespace Obstat.Proof.Verification;

/// <summary>Whether a key may sign. Exactly one of the three is there.</summary>
/// <param name="Window">The announcement under which it may.</param>
/// <param name="Error">Why it may not.</param>
/// <param name="Unknown">Why that cannot be told: no entry seen announces it. In a whole log this is an error.</param>
public readonly record struct KeyVerdict(KeyWindow? Window, string? Error, string? Unknown);
