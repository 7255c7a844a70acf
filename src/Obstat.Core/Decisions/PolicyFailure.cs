namespace Obstat.Core.Decisions;

/// <summary>A policy that could not be evaluated to the end: a line of the record's <c>errors</c>.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Code">The kind of error, such as <c>Overflow</c> or <c>EntityAbsent</c>.</param>
public readonly record struct PolicyFailure(PolicyId Policy, string Code);
