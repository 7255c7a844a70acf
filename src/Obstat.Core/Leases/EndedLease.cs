using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Leases;

/// <summary>A lease that is over by the plane's word.</summary>
/// <param name="Facts">The lease.</param>
/// <param name="Event"><c>ended</c>, <c>lost</c> or <c>revoked</c>.</param>
/// <param name="Code">Why.</param>
/// <param name="Left">How long the point may still hold it, if it hears nothing: only after that may anything assume that it stopped.</param>
public sealed record EndedLease(LeaseFacts Facts, string Event, DenyReason Code, TimeSpan Left)
{
    /// <summary>The event for the ledger.</summary>
    public LeaseEvent ToEvent(DateTimeOffset now) => new(Facts.Jti, Facts.Id, Event, Timestamp.From(now + Left), Code.ToCode());
}
