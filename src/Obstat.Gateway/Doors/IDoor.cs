using Obstat.Enforcement;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Doors;

/// <summary>
/// The way to a decision. Safe for concurrent use. Every ask ends in an admission or a refusal within the deadline of a decision; nothing throws because the
/// plane is away, slow or lies.
/// </summary>
internal interface IDoor
{
    /// <summary>Asks for one action. An admission is verified: permit, receipt, holder, action digest, single use.</summary>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="action">The action.</param>
    /// <param name="cancellation">Ends the wait with <see cref="DenyReason.Late"/>.</param>
    Task<Ruling> AskAsync(Caller caller, CanonicalAction action, CancellationToken cancellation);

    /// <summary>An execution was stopped and nothing of it goes to its agent any more: from here on its stop is acknowledged. Its evidence is closed later, by <see cref="Close"/>.</summary>
    void Stop(Admission admission);

    /// <summary>Closes the evidence of an admitted execution: queued here, delivered behind the caller's back. Never refuses; what cannot be delivered ends as an orphan at the plane.</summary>
    void Close(Admission admission, Ending ending);

    /// <summary>Counts a message that was refused before anybody could be asked.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="received">The bytes received; only their digest is kept.</param>
    void CountRefused(DenyReason reason, ReadOnlySpan<byte> received);
}
