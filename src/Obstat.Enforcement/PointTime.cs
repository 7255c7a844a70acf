using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>How right the times are that a point writes.</summary>
internal static class PointTime
{
    /// <summary>The machine's clock; nobody told us how wrong it is, so a second is said.</summary>
    public static Clock Clock { get; } = new("system", 1000);
}
