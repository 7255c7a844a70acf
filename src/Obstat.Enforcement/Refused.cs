using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>Why nothing may run.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Entry">Index of the decision entry; null where there is none.</param>
/// <param name="Retry">Whether asking again can help.</param>
/// <param name="RetryAfterMs">When, in ms; null where unknown.</param>
/// <param name="Task">The approval task; null where there is none.</param>
/// <param name="Hint">What may be told to the caller; null for nothing.</param>
public sealed record Refused(DenyReason Reason, long? Entry, Retry Retry, long? RetryAfterMs, string? Task, string? Hint)
{
    /// <summary>The number of the ask that the plane refused; 0 where it was not the plane.</summary>
    internal long Seq { get; init; }

    /// <summary>The entry of the denial, as its receipt proved it; null where none was proved.</summary>
    internal DecisionStatement? Recorded { get; init; }

    /// <summary>A refusal of the door itself, without an entry.</summary>
    internal static Refused Of(DenyReason reason) => new(reason == DenyReason.Undecided ? DenyReason.Fault : reason, null, ReasonTable.Of(reason).Retry, null, null, null);
}
