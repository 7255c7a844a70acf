namespace Obstat.Proof.Verification;

/// <summary>One thing that is wrong with a log.</summary>
/// <param name="Check">The check that found it, one of <see cref="AuditChecks"/>.</param>
/// <param name="Fault">What it is.</param>
/// <param name="Index">The entry; null where it is about none.</param>
/// <param name="Detail">What was expected, what came, where.</param>
public sealed record AuditFinding(string Check, AuditFault Fault, long? Index, string Detail)
{
    /// <summary>The fault as a word: <c>rolled-back</c>.</summary>
    public string Word => Fault == AuditFault.RolledBack ? "rolled-back" : Fault.ToString().ToLowerInvariant();
}
