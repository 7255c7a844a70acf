namespace Obstat.Enforcement.Leases;

/// <summary>A lease whose execution was stopped.</summary>
/// <param name="Boot">The boot that held it.</param>
/// <param name="Lease">The lease.</param>
/// <param name="Stop">How it ended.</param>
/// <param name="At">When nothing of it went to anybody any more, steady.</param>
/// <param name="Wall">The same, UTC.</param>
internal sealed record StoppedLease(DoorBoot Boot, HeldLease Lease, LeaseStop Stop, TimeSpan At, DateTimeOffset Wall)
{
    /// <summary>From the latch to the last byte.</summary>
    public TimeSpan Took => At > Stop.Latched ? At - Stop.Latched : TimeSpan.Zero;
}
