namespace Obstat.Enforcement.Leases;

/// <summary>How a lease ended at its point.</summary>
/// <param name="Cause"><c>order</c>, <c>beat</c>, <c>silence</c>, <c>end</c> or <c>clock</c>.</param>
/// <param name="Triggered">When what caused it was there, steady.</param>
/// <param name="Latched">When the latch fell, steady: no effect begins after it.</param>
public sealed record LeaseStop(string Cause, TimeSpan Triggered, TimeSpan Latched);
