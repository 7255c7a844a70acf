using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar;

/// <summary>
/// Judges requests by walking every policy of the set: the definition that any faster way must agree with. A pure function; safe for concurrent use.
/// </summary>
public static class Evaluator
{
    /// <summary>What the set says to the request. Every policy is evaluated, because reasons and errors are evidence.</summary>
    public static CedarAnswer Decide(PolicySet policies, EntityStore entities, Request request, Mode mode)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(entities);
        ArgumentNullException.ThrowIfNull(request);
        var permits = ImmutableArray.CreateBuilder<string>();
        var forbids = ImmutableArray.CreateBuilder<string>();
        var errors = ImmutableArray.CreateBuilder<PolicyError>();
        var missing = ImmutableArray.CreateBuilder<MissingEntity>();
        var walk = new ReferenceEvaluator(entities, request, mode);
        foreach (var policy in policies.Policies)
        {
            switch (walk.Judge(policy))
            {
                case Satisfaction.Satisfied when policy.Effect == Effect.Permit:
                    permits.Add(policy.Id);
                    break;
                case Satisfaction.Satisfied:
                    forbids.Add(policy.Id);
                    break;
                case Satisfaction.Error:
                    errors.Add(new(policy.Id, walk.Error, walk.ErrorSpan));
                    break;
                case Satisfaction.Missing:
                    missing.Add(new(policy.Id, walk.MissingEntity!, walk.ErrorSpan));
                    break;
                default:
                    break;
            }
        }

        permits.Sort(StringComparer.Ordinal);
        forbids.Sort(StringComparer.Ordinal);
        errors.Sort(static (a, b) => string.CompareOrdinal(a.PolicyId, b.PolicyId));
        missing.Sort(static (a, b) => string.CompareOrdinal(a.PolicyId, b.PolicyId));
        return new(mode, permits.DrainToImmutable(), forbids.DrainToImmutable(), errors.DrainToImmutable(), missing.DrainToImmutable());
    }
}
