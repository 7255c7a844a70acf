using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>Stops everything that looks at it. It falls once and never rises: going on needs a new boot, a new ask, a new permit.</summary>
public sealed class StopLatch
{
    private int _reason;

    /// <summary>Why it fell; <see cref="DenyReason.Undecided"/> while it has not.</summary>
    public DenyReason Reason => (DenyReason)Volatile.Read(ref _reason);

    /// <summary>Whether it fell.</summary>
    public bool HasFallen => Reason != DenyReason.Undecided;

    /// <summary>Lets it fall. The first reason stays; true for whoever gave it.</summary>
    public bool Fall(DenyReason reason)
        => Interlocked.CompareExchange(ref _reason, (int)(reason == DenyReason.Undecided ? DenyReason.Fault : reason), (int)DenyReason.Undecided) == (int)DenyReason.Undecided;
}
