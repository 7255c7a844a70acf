namespace Obstat.Proof.Messages;

/// <summary>A lease whose execution has stopped.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Cause">What stopped it: <c>done</c>, <c>order</c>, <c>beat</c>, <c>silence</c>, <c>end</c>, <c>clock</c>.</param>
/// <param name="StoppedAtMs">When, ms since 1970.</param>
/// <param name="TookMicroseconds">From the latch to the stop.</param>
public sealed record ClosedLease(string Id, string Cause, long StoppedAtMs, long TookMicroseconds);
