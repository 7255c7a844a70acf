using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>
/// Strict validation: every policy in every request environment that its scope admits. A policy without complaint, evaluated on entities and requests that obey the
/// schema, can fail only by an absent entity, overflow, or arithmetic of extension values.
/// </summary>
public static class Validator
{
    /// <summary>The deepest level that can be asked for.</summary>
    public const int LevelMax = 5;

    /// <summary>Checks a set. With a level also (RFC 76) that no chain of dereferences is longer than it.</summary>
    public static Findings Check(PolicySet policies, Schema schema, int? level = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return Check(policies.Policies, schema, level);
    }

    /// <summary>Checks policies and templates; a slot is taken to be any entity.</summary>
    public static Findings Check(IEnumerable<Policy> policies, Schema schema, int? level = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(schema);
        var environments = new EnvironmentIndex(schema);
        var found = new List<Diagnostic>();
        foreach (var policy in policies)
        {
            found.AddRange(Check(policy, schema, environments, level));
        }

        return new(found);
    }

    /// <summary>Every request environment of a schema, in the order of actions, principals, resources.</summary>
    public static IReadOnlyList<RequestEnvironment> Environments(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return
        [
            .. from action in schema.Actions.Values
               from principal in action.PrincipalTypes
               from resource in action.ResourceTypes
               select new RequestEnvironment(principal, action.Uid, resource, action.Context),
        ];
    }

    private static IEnumerable<Diagnostic> Check(Policy policy, Schema schema, EnvironmentIndex environments, int? level)
    {
        var bag = new DiagnosticBag();
        CheckNames(policy, schema, bag);
        var (isApplicable, isPossible) = (false, false);
        foreach (var environment in environments.Of(policy, NamesAction(policy)))
        {
            if (ScopeTypes.OfEntity(schema, policy.Principal, environment.PrincipalType) is false
                || ScopeTypes.OfEntity(schema, policy.Resource, environment.ResourceType) is false)
            {
                continue;
            }

            isApplicable = true;
            isPossible |= CheckConditions(policy, schema, environment, bag, level);
        }

        if (!isApplicable)
        {
            bag.Add(DiagnosticCode.NoApplicableAction, "no request of this schema can match the scope", policy.Span);
        }
        else if (!isPossible && bag.IsEmpty)
        {
            bag.Add(DiagnosticCode.ImpossiblePolicy, "no request of this schema can satisfy the conditions", policy.Span);
        }

        return bag.Items.Select(d => d with { Subject = policy.Id }).Distinct();
    }

    /// <summary>Whether the conditions can hold; complains about what is wrong with them.</summary>
    private static bool CheckConditions(Policy policy, Schema schema, RequestEnvironment environment, DiagnosticBag bag, int? level)
    {
        var checker = new Typechecker(schema, environment, bag);
        var levels = level is { } max ? new LevelChecker(checker, environment, max, bag) : null;
        levels?.CheckScope(policy.Principal);
        levels?.CheckScope(policy.Resource);
        levels?.CheckScope(policy.Action);
        var known = Capabilities.None;
        foreach (var condition in policy.Conditions)
        {
            var typed = checker.Check(condition.Body, known);
            if (typed is null)
            {
                continue;
            }

            if (typed.Type is not CedarType.Boolean)
            {
                bag.Add(DiagnosticCode.UnexpectedType, $"a condition is a Bool, not {typed.Type}", condition.Body.Span);
                continue;
            }

            levels?.Check(condition.Body);
            if (condition.IsUnless ? typed.IsTrue : typed.IsFalse)
            {
                return false;
            }

            if (!condition.IsUnless)
            {
                known = known.And(typed.Proved);
            }
        }

        return true;
    }

    private static bool NamesAction(Policy policy) =>
        policy.Conditions.Any(c => ExprWalk.All(c.Body).Any(e => e is Expr.Var { Variable: Variable.Action } or Expr.Literal { Value: EntityUid { IsAction: true } }));

    private static void CheckNames(Policy policy, Schema schema, DiagnosticBag bag)
    {
        foreach (var scope in new[] { policy.Principal, policy.Action, policy.Resource })
        {
            foreach (var uid in scope.Entities)
            {
                Complain(EntityNames.Complaint(schema, uid, scope.Span), bag);
            }

            CheckType(scope.EntityType, scope.Span, schema, bag);
        }

        foreach (var node in policy.Conditions.SelectMany(c => ExprWalk.All(c.Body)))
        {
            if (node is Expr.Literal { Value: EntityUid uid })
            {
                Complain(EntityNames.Complaint(schema, uid, node.Span), bag);
            }
            else if (node is Expr.Is test)
            {
                CheckType(test.EntityType, node.Span, schema, bag);
            }
        }
    }

    private static void CheckType(string? type, Span span, Schema schema, DiagnosticBag bag)
    {
        if (type is not null && !EntityNames.IsKnownType(schema, type))
        {
            bag.Add(DiagnosticCode.UnrecognizedEntityType, $"no entity type {type} is declared", span);
        }
    }

    private static void Complain(Diagnostic? complaint, DiagnosticBag bag)
    {
        if (complaint is not null)
        {
            bag.Add(complaint.Code, complaint.Message, complaint.Span);
        }
    }
}
