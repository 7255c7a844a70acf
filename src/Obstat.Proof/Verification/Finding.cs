namespace Obstat.Proof.Verification;

/// <summary>One line of a check.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Detail">What was seen; of a failure what was expected, what came, where.</param>
/// <param name="Entry">The entry that it is about, or null.</param>
/// <param name="Asked">Whether "not checked" keeps the whole from being verified: false for what this evidence or this trust does not bring with it.</param>
public readonly record struct Finding(CheckStatus Status, string Detail, long? Entry, bool Asked);
