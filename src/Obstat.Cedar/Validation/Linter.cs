using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>
/// What refuses the load of a set although every policy of it is valid: names that lie, forbids that silently never fire, and dereferences beyond the level. All findings
/// of <see cref="Validator"/> are among these.
/// </summary>
public static class Linter
{
    /// <summary>The annotation that names a policy.</summary>
    public const string IdAnnotation = "id";

    /// <summary>The annotation by which a finding is accepted: <c>@accept("Code: reason")</c>.</summary>
    public const string AcceptAnnotation = "accept";

    /// <summary>The annotation that ends a permit.</summary>
    public const string ExpiresAnnotation = "expires";

    private const int IdMax = 64;

    /// <summary>Checks a set for load. An entity literal must be stored, an action, a listed id, or of a type without facts.</summary>
    public static Findings Check(PolicySet policies, Schema schema, EntityStore entities, int level)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(entities);

        // A group without facts of its own has members all the same: a misspelt one would have none, so it must be stored.
        var groups = schema.EntityTypes.Values.SelectMany(t => t.ParentTypes).ToHashSet(StringComparer.Ordinal);
        var present = entities.WithFactFreeTypes(schema.EntityTypes.Values.Where(t => t.IsEnum || (t.IsFactFree && !groups.Contains(t.Name))).Select(t => t.Name));
        var found = new List<Diagnostic>(Validator.Check(policies, schema, level).All);
        var environments = new EnvironmentIndex(schema);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var policy in policies.Policies)
        {
            var bag = new DiagnosticBag();
            CheckId(policy, ids, bag);
            CheckText(policy, bag);
            CheckLiterals(policy, schema, present, bag);
            if (policy.Effect == Effect.Forbid)
            {
                CheckForbid(policy, schema, environments, bag);
            }

            found.AddRange(bag.Items.Select(d => d with { Subject = policy.Id }).Distinct());
        }

        return new(found);
    }

    private static void CheckId(Policy policy, HashSet<string> ids, DiagnosticBag bag)
    {
        // A link is named by its own id; its template carries the annotations.
        var id = policy.Template is null ? policy.AnnotationOf(IdAnnotation) : policy.Id;
        if (id is null)
        {
            bag.Add(DiagnosticCode.MissingId, "every policy has @id(\"..\")", policy.Span);
            return;
        }

        if (id.Length is 0 or > IdMax || !(char.IsAsciiLetterLower(id[0]) || char.IsAsciiDigit(id[0]))
            || id.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-')))
        {
            bag.Add(DiagnosticCode.InvalidId, "an id is [a-z0-9][a-z0-9._-]{0,63}", policy.Span);
        }

        if (!ids.Add(id))
        {
            bag.Add(DiagnosticCode.DuplicateId, $"the id {id} names two policies", policy.Span);
        }
    }

    private static void CheckText(Policy policy, DiagnosticBag bag)
    {
        foreach (var annotation in policy.Annotations)
        {
            Complain(annotation.Value, annotation.Span, bag);
        }

        foreach (var scope in new[] { policy.Principal, policy.Action, policy.Resource })
        {
            foreach (var entity in scope.Entities)
            {
                Complain(entity.Id, scope.Span, bag);
            }
        }

        foreach (var node in policy.Conditions.SelectMany(c => ExprWalk.All(c.Body)))
        {
            foreach (var text in Texts(node))
            {
                Complain(text, node.Span, bag);
            }
        }
    }

    private static IEnumerable<string> Texts(Expr node) => node switch
    {
        Expr.Literal { Value: CedarString text } => [text.Value],
        Expr.Literal { Value: EntityUid uid } => [uid.Id],
        Expr.Like like => like.Pattern.Parts.OfType<string>(),
        Expr.Has has => has.Path,
        Expr.Attribute attribute => [attribute.Name],
        Expr.RecordLiteral record => record.Fields.Select(f => f.Key),
        _ => [],
    };

    private static void Complain(string text, Span span, DiagnosticBag bag)
    {
        if (SuspiciousText.Reason(text) is { } reason)
        {
            bag.Add(DiagnosticCode.SuspiciousText, reason, span);
        }
    }

    private static void CheckLiterals(Policy policy, Schema schema, EntityStore present, DiagnosticBag bag)
    {
        var named = new SortedSet<EntityUid>();
        EntityLiteralWalk.Collect(policy, named);
        foreach (var uid in named.Where(u => !schema.Actions.ContainsKey(u) && !present.IsPresent(u)))
        {
            bag.Add(DiagnosticCode.UnknownEntityLiteral, $"{uid} is not stored, so what is said of it never applies", policy.Span);
        }
    }

    private static void CheckForbid(Policy policy, Schema schema, EnvironmentIndex environments, DiagnosticBag bag)
    {
        if (policy.AnnotationOf(ExpiresAnnotation) is not null)
        {
            bag.Add(DiagnosticCode.ExpiredForbid, "a forbid does not expire; take it out of the set", policy.Span);
        }

        if (IsAccepted(policy, DiagnosticCode.OptionalGuard))
        {
            return;
        }

        foreach (var environment in environments.Of(policy, isPerAction: false))
        {
            if (ScopeTypes.OfEntity(schema, policy.Principal, environment.PrincipalType) is false
                || ScopeTypes.OfEntity(schema, policy.Resource, environment.ResourceType) is false)
            {
                continue;
            }

            var checker = new Typechecker(schema, environment, new());
            foreach (var condition in policy.Conditions.Where(c => !c.IsUnless))
            {
                _ = checker.Check(condition.Body, Capabilities.None);
                foreach (var guard in Conjuncts(condition.Body).OfType<Expr.Has>().Where(g => checker.IsOptional(g)))
                {
                    bag.Add(DiagnosticCode.OptionalGuard, "where the optional attribute is left out, this forbid does not apply", guard.Span);
                }
            }
        }
    }

    private static bool IsAccepted(Policy policy, DiagnosticCode code) =>
        policy.AnnotationOf(AcceptAnnotation) is { } accepted && accepted.StartsWith($"{code}: ", StringComparison.Ordinal) && accepted.Length > $"{code}: ".Length;

    private static IEnumerable<Expr> Conjuncts(Expr expr) => expr is Expr.And and ? and.Operands.SelectMany(Conjuncts) : [expr];
}
