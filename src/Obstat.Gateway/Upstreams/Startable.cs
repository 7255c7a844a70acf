using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Upstreams;

/// <summary>What a child is started from, looked at anew before each start: a program, or why none may be started now.</summary>
/// <param name="Program">The program; null where none may be started.</param>
/// <param name="Reason">Why not: <see cref="DenyReason.AttestationBroken"/> where it is not what was approved, <see cref="DenyReason.Fault"/> where it cannot be found or made.</param>
internal readonly record struct Startable(ChildProgram? Program, DenyReason Reason)
{
    /// <summary>A program that may be started.</summary>
    public static implicit operator Startable(ChildProgram program) => new(program, DenyReason.Undecided);
}
