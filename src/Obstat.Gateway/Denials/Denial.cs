using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Denials;

/// <summary>What a caller is told about a refusal: never a policy id, an attribute or a value that is not its own.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Entry">Index of the decision in the ledger; null when there is no entry.</param>
/// <param name="MayHaveRun">False: it did not run. True: it was sent, and nobody knows.</param>
/// <param name="Hint">What the author of a policy wrote for agents, or the JSON Pointer of the caller's own malformed argument; null for nothing.</param>
/// <param name="RetryAfter">When asking again can help; null where no time is known.</param>
/// <param name="Task">The approval task that was opened; null for none.</param>
internal sealed record Denial(DenyReason Reason, long? Entry = null, bool MayHaveRun = false, string? Hint = null, TimeSpan? RetryAfter = null, string? Task = null);
