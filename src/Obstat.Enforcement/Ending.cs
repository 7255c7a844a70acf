using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>How an admitted execution ended, as far as its door knows. Never says more than is known.</summary>
/// <param name="Result">What is known of the effect.</param>
/// <param name="Code">Reason code where a stop or a lie ended it; null for an ordinary end.</param>
/// <param name="Started">When the request was handed to the upstream; null when nothing was sent.</param>
/// <param name="Ended">When the answer was complete or given up.</param>
/// <param name="BytesOut">Bytes sent to the upstream.</param>
/// <param name="BytesIn">Bytes of its answer.</param>
public sealed record Ending(EndResult Result, DenyReason? Code, DateTimeOffset? Started, DateTimeOffset Ended, long BytesOut, long BytesIn)
{
    /// <summary>Steady time at which it was closed; set by the door.</summary>
    internal TimeSpan? Stopped { get; init; }
}
