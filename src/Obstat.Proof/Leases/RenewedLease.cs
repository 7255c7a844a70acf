using Obstat.Proof.Reasons;

namespace Obstat.Proof.Leases;

/// <summary>What the plane says of one lease of a beat.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Seq">Its number in that beat.</param>
/// <param name="Reason">Null: it goes on. Otherwise why it is over.</param>
/// <param name="TtlMs">How long it holds from the sending of that beat, in ms; 0 where it is over.</param>
public sealed record RenewedLease(string Id, long Seq, DenyReason? Reason, long TtlMs);
