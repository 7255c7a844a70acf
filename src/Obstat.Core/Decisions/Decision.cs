using System.Collections.Immutable;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Decisions;

/// <summary>
/// The answer to one request. Only an evaluation that names the permits which hold can say yes; <c>default</c> refuses.
/// </summary>
public readonly struct Decision
{
    private readonly ImmutableArray<PolicyId> _permits;
    private readonly ImmutableArray<PolicyId> _forbids;
    private readonly ImmutableArray<PolicyFailure> _errors;
    private readonly ImmutableArray<string> _missing;

    private Decision(DenyReason reason, string? detail, ImmutableArray<PolicyId> permits, ImmutableArray<PolicyId> forbids, ImmutableArray<PolicyFailure> errors, ImmutableArray<string> missing)
        => (Reason, Detail, _permits, _forbids, _errors, _missing) = (reason, detail, permits, forbids, errors, missing);

    /// <summary>Whether the action may run. True only with at least one satisfied permit.</summary>
    public bool IsAllowed => !_permits.IsDefaultOrEmpty;

    /// <summary>Why not; <see cref="DenyReason.Undecided"/> exactly for an allow and for nobody's decision.</summary>
    public DenyReason Reason { get; }

    /// <summary>The finer cause, for the record and for people with the right role; never told to the caller.</summary>
    public string? Detail { get; }

    /// <summary>The determining policies, sorted: the permits of an allow, the forbids of a <see cref="DenyReason.Forbidden"/>, else none.</summary>
    public ImmutableArray<PolicyId> Policies => IsAllowed ? _permits : _forbids.IsDefault ? [] : _forbids;

    /// <summary>All policies that could not be evaluated, sorted. Never any beside an allow.</summary>
    public ImmutableArray<PolicyFailure> Errors => _errors.IsDefault ? [] : _errors;

    /// <summary>The entities that are absent, as <c>Type::"id"</c>, sorted.</summary>
    public ImmutableArray<string> Missing => _missing.IsDefault ? [] : _missing;

    /// <summary>A refusal.</summary>
    public static Decision Deny(DenyReason reason, string? detail = null) => new(reason, detail, default, default, default, default);

    /// <summary>The refusal because entities are absent that a policy may touch.</summary>
    public static Decision DenyMissing(IEnumerable<string> entities)
        => new(DenyReason.EntityMissing, null, default, default, default, [.. entities.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>
    /// The fail-closed reading of an evaluation. Plain Cedar passes over a policy that fails to evaluate, even a forbid; here an error denies.
    /// The first line that applies is the answer. No verdicts: the evaluators differ, so nobody knows.
    /// </summary>
    internal static Decision From(Verdicts? verdicts) => verdicts switch
    {
        null => Deny(DenyReason.Fault, "the two evaluators differ"),

        // First: no repair of data can turn it into an allow.
        { Forbids.IsEmpty: false } => new(DenyReason.Forbidden, null, default, verdicts.Forbids, verdicts.Errors, verdicts.Missing),
        { Missing.IsEmpty: false } => new(DenyReason.EntityMissing, "evaluation", default, default, verdicts.Errors, verdicts.Missing),
        { Errors.IsEmpty: false } => new(DenyReason.PolicyError, null, default, default, verdicts.Errors, default),
        { Permits.IsEmpty: true } => Deny(DenyReason.NotPermitted),
        _ => new(DenyReason.Undecided, null, verdicts.Permits, default, default, default),
    };
}
