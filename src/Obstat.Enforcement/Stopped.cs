using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>An admitted execution must not go on. The only exception that doors translate into a refusal.</summary>
#pragma warning disable CA1710 // Thrown where work stops, and read there: "catch (Stopped)".
public sealed class Stopped : Exception
#pragma warning restore CA1710
{
    /// <summary>Nobody said why.</summary>
    public Stopped()
        : this(DenyReason.Fault)
    {
    }

    /// <summary>Stopped for a reason.</summary>
    public Stopped(DenyReason reason)
        : base(reason.ToCode()) => Reason = reason;

    /// <summary>Stopped by something unforeseen.</summary>
    public Stopped(string message)
        : base(message) => Reason = DenyReason.Fault;

    /// <summary>Stopped by something unforeseen.</summary>
    public Stopped(string message, Exception inner)
        : base(message, inner) => Reason = DenyReason.Fault;

    /// <summary>Why.</summary>
    public DenyReason Reason { get; }
}
