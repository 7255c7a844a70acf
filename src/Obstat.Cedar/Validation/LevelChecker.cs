using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>
/// Bounds chains of dereferences that start at principal, action, resource or context. Looks only at what has a type, which is what can be evaluated.
/// Source: RFC 76; cedar-spec, Cedar/Validation/Levels.lean.
/// </summary>
internal sealed class LevelChecker(Typechecker checker, RequestEnvironment environment, int max, DiagnosticBag bag)
{
    public void CheckScope(ScopeConstraint scope)
    {
        if (max < 1 && scope.Kind is ScopeKind.In or ScopeKind.InSet or ScopeKind.IsIn)
        {
            Exceed(scope.Span);
        }
    }

    public void Check(Expr expr)
    {
        if (!checker.Types.ContainsKey(expr))
        {
            return;
        }

        switch (expr)
        {
            case Expr.Binary { Operator: BinaryOperator.In or BinaryOperator.HasTag or BinaryOperator.GetTag } e:
                Dereference(e.Left, 1, [], e.Span);
                Check(e.Right);
                break;
            case Expr.Is { Container: not null } e:
                Dereference(e.Target, 1, [], e.Span);
                Check(e.Container);
                break;
            case Expr.Has e:
                CheckHas(e);
                break;
            case Expr.Attribute e when IsEntity(e.Target):
                Dereference(e.Target, 1, [], e.Span);
                break;
            default:
                foreach (var child in ExprWalk.Children(expr))
                {
                    Check(child);
                }

                break;
        }
    }

    private bool IsEntity(Expr e) => checker.Types.TryGetValue(e, out var type) && type is CedarType.Entity;

    private void CheckHas(Expr.Has e)
    {
        foreach (var target in checker.HasTargets[e])
        {
            if (IsEntity(target))
            {
                Dereference(target, 1, [], e.Span);
            }
            else
            {
                Check(target);
            }
        }
    }

    /// <summary>
    /// Follows a chain down to where it starts. <paramref name="used"/> dereferences stand above <paramref name="e"/>; <paramref name="path"/> is what is read out of it.
    /// </summary>
    private void Dereference(Expr e, int used, IReadOnlyList<string> path, Span span)
    {
        if (used > max)
        {
            Exceed(span);
            return;
        }

        switch (e)
        {
            case Expr.Var:
                break;
            case Expr.Literal { Value: EntityUid uid } when uid.Equals(environment.Action):
                break;
            case Expr.If test:
                Check(test.Condition);
                foreach (var branch in new[] { test.Then, test.Else })
                {
                    if (checker.Types.ContainsKey(branch))
                    {
                        Dereference(branch, used, path, span);
                    }
                }

                break;
            case Expr.Attribute step when IsEntity(step.Target):
                Dereference(step.Target, used + 1, [], span);
                break;
            case Expr.Attribute step:
                Dereference(step.Target, used, [step.Name, .. path], span);
                break;
            case Expr.Binary { Operator: BinaryOperator.GetTag } tag:
                Dereference(tag.Left, used + 1, [], span);
                Check(tag.Right);
                break;
            case Expr.RecordLiteral record when path.Count > 0:
                foreach (var (name, value) in record.Fields)
                {
                    if (string.Equals(name, path[0], StringComparison.Ordinal))
                    {
                        Dereference(value, used, [.. path.Skip(1)], span);
                    }
                    else
                    {
                        Check(value);
                    }
                }

                break;
            default:
                bag.Add(DiagnosticCode.EntityDereferenceTarget, "an entity literal cannot be dereferenced: a level bounds what is reached from the request", span);
                break;
        }
    }

    private void Exceed(Span span) => bag.Add(DiagnosticCode.LevelExceeded, $"more than {max} dereferences in a row", span);
}
