using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Doors;

/// <summary>The real way to decisions: the hinge of this enforcement point, once it proved that it is shut.</summary>
internal sealed class PlaneDoor(ArmedDoor door) : IDoor
{
    /// <inheritdoc/>
    public async Task<Ruling> AskAsync(Caller caller, CanonicalAction action, CancellationToken cancellation)
    {
        var answer = await door.AskAsync(caller, action, cancellation);
        return answer.Match(
            admission => Ruling.Yes(admission, answer.Visible),
            refused => Ruling.No(
                new Denial(refused.Reason, refused.Entry, Hint: refused.Hint, RetryAfter: refused.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, Task: refused.Task), answer.Visible));
    }

    /// <inheritdoc/>
    public void Stop(Admission admission) => door.Stop(admission);

    /// <inheritdoc/>
    public void Close(Admission admission, Ending ending) => door.Close(admission, ending);

    /// <inheritdoc/>
    public void CountRefused(DenyReason reason, ReadOnlySpan<byte> received) => door.CountRefused(reason, received);
}
