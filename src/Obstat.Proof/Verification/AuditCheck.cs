namespace Obstat.Proof.Verification;

/// <summary>One check of an audit with its result.</summary>
/// <param name="Id">One of <see cref="AuditChecks"/>.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Status">What came of it.</param>
/// <param name="Detail">What was seen.</param>
public sealed record AuditCheck(string Id, string Title, CheckStatus Status, string Detail);
