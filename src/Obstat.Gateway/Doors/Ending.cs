namespace Obstat.Gateway.Doors;

/// <summary>How an admitted execution ended, as far as this door knows.</summary>
/// <param name="Result">What is known of the effect.</param>
/// <param name="Code">Reason code where a stop or a lie ended it; null for an ordinary end.</param>
/// <param name="Started">When the request was handed to the upstream; null when nothing was sent.</param>
/// <param name="Ended">When the answer was complete or given up.</param>
/// <param name="BytesOut">Bytes sent to the upstream.</param>
/// <param name="BytesIn">Bytes of its answer.</param>
internal sealed record Ending(EndResult Result, Obstat.Proof.Reasons.DenyReason? Code, DateTimeOffset? Started, DateTimeOffset Ended, long BytesOut, long BytesIn);
