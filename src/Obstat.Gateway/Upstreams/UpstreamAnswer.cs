using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Upstreams;

/// <summary>What came back from an upstream for one request.</summary>
/// <param name="Result">The result object; null for an error or for nothing.</param>
/// <param name="Error">The error object; null for a result or for nothing.</param>
/// <param name="Broken">Why there is no answer; null when there is one.</param>
/// <param name="Started">When the request was handed over; null when nothing was sent.</param>
/// <param name="BytesOut">Bytes sent.</param>
/// <param name="BytesIn">Bytes of the answer.</param>
/// <param name="IsWithheld">Whether there was an answer, and a stop came before it could be given.</param>
/// <param name="IsStream">Whether it came at the end of an event stream.</param>
internal sealed record UpstreamAnswer(JsonValue? Result, JsonValue? Error, DenyReason? Broken, DateTimeOffset? Started, long BytesOut, long BytesIn, bool IsWithheld = false, bool IsStream = false);
