using System.Collections.Immutable;

namespace Obstat.Core.Decisions;

/// <summary>What a strict evaluation of all candidate policies found, each list sorted. Cedar's own combination of them is not read.</summary>
/// <param name="Permits">Satisfied permits.</param>
/// <param name="Forbids">Satisfied forbids.</param>
/// <param name="Errors">Policies that could not be evaluated.</param>
/// <param name="Missing">Absent entities that a policy touched, as text.</param>
internal sealed record Verdicts(ImmutableArray<PolicyId> Permits, ImmutableArray<PolicyId> Forbids, ImmutableArray<PolicyFailure> Errors, ImmutableArray<string> Missing);
