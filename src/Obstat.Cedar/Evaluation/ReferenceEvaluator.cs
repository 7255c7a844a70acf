using Obstat.Cedar.Entities;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Evaluation;

/// <summary>
/// The plain tree walk. A method that returns nothing has set <see cref="Error"/> or <see cref="MissingEntity"/>; the walk stops there, so the first error wins.
/// Source: cedar-spec, Cedar/Spec/Evaluator.lean.
/// </summary>
internal sealed class ReferenceEvaluator(EntityStore entities, Request request, Mode mode)
{
    public EvaluationError Error { get; private set; }

    public Span ErrorSpan { get; private set; }

    public EntityUid? MissingEntity { get; private set; }

    public Satisfaction Judge(Policy policy)
    {
        (Error, ErrorSpan, MissingEntity) = (EvaluationError.None, default, null);
        foreach (var (scope, entity) in new[] { (policy.Principal, request.Principal), (policy.Action, request.Action), (policy.Resource, request.Resource) })
        {
            if (MatchScope(scope, entity) is not { } matches)
            {
                return Satisfaction.Missing;
            }

            if (!matches)
            {
                return Satisfaction.NotSatisfied;
            }
        }

        foreach (var condition in policy.Conditions)
        {
            if (Bool(condition.Body) is not { } holds)
            {
                return MissingEntity is null ? Satisfaction.Error : Satisfaction.Missing;
            }

            if (holds == condition.IsUnless)
            {
                return Satisfaction.NotSatisfied;
            }
        }

        return Satisfaction.Satisfied;
    }

    public CedarValue? Evaluate(Expr expr) => expr switch
    {
        Expr.Literal e => e.Value,
        Expr.Var e => Variable(e),
        Expr.If e => Bool(e.Condition) is { } condition ? Evaluate(condition ? e.Then : e.Else) : null,
        Expr.And e => And(e),
        Expr.Or e => Or(e),
        Expr.Not e => Bool(e.Operand) is { } operand ? CedarValue.Of(!operand) : null,
        Expr.Negate e => Negate(e),
        Expr.Binary e => Binary(e),
        Expr.IsEmpty e => Set(e.Operand) is { } set ? CedarValue.Of(set.Elements.IsEmpty) : null,
        Expr.Has e => Has(e),
        Expr.Attribute e => Attribute(e),
        Expr.Like e => Evaluate(e.Target) switch
        {
            CedarString text => CedarValue.Of(e.Pattern.Matches(text.Value)),
            null => null,
            _ => Fail(EvaluationError.TypeError, e.Target),
        },
        Expr.Is e => Is(e),
        Expr.SetLiteral e => SetLiteral(e),
        Expr.RecordLiteral e => RecordLiteral(e),
        Expr.ExtensionCall e => ExtensionCall(e),
        _ => Fail(EvaluationError.TypeError, expr),
    };

    /// <summary>Whether a scope constraint holds; nothing if it looked at the ancestors of an absent entity.</summary>
    private bool? MatchScope(ScopeConstraint scope, EntityUid entity)
    {
        if (mode != Mode.Standard && Scopes.LooksAtAncestors(scope, entity) && !entities.IsPresent(entity))
        {
            (MissingEntity, ErrorSpan) = (entity, scope.Span);
            return null;
        }

        return Scopes.Matches(scope, entity, entities);
    }

    private CedarValue? Variable(Expr.Var e) => e.Variable switch
    {
        Syntax.Variable.Principal => request.Principal,
        Syntax.Variable.Action => request.Action,
        Syntax.Variable.Resource => request.Resource,
        Syntax.Variable.Context => request.Context,
        _ => Fail(EvaluationError.TypeError, e),
    };

    private CedarBool? And(Expr.And e)
    {
        foreach (var operand in e.Operands)
        {
            if (Bool(operand) is not { } value)
            {
                return null;
            }

            if (!value)
            {
                return CedarBool.False;
            }
        }

        return CedarBool.True;
    }

    private CedarBool? Or(Expr.Or e)
    {
        foreach (var operand in e.Operands)
        {
            if (Bool(operand) is not { } value)
            {
                return null;
            }

            if (value)
            {
                return CedarBool.True;
            }
        }

        return CedarBool.False;
    }

    private CedarValue? Negate(Expr.Negate e)
    {
        if (Long(e.Operand) is not { } value)
        {
            return null;
        }

        return value == long.MinValue ? Fail(EvaluationError.Overflow, e) : CedarValue.Of(-value);
    }

    private CedarValue? Binary(Expr.Binary e)
    {
        if (Evaluate(e.Left) is not { } left || Evaluate(e.Right) is not { } right)
        {
            return null;
        }

        switch (e.Operator)
        {
            case BinaryOperator.Equal:
                return CedarValue.Of(left.Equals(right));
            case BinaryOperator.NotEqual:
                return CedarValue.Of(!left.Equals(right));
            case BinaryOperator.Less or BinaryOperator.LessEqual or BinaryOperator.Greater or BinaryOperator.GreaterEqual:
                return Order(e, left, right);
            case BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply:
                return Arithmetic(e, left, right);
            case BinaryOperator.In:
                return In(e, left, right);
            case BinaryOperator.Contains:
                return left is CedarSet container ? CedarValue.Of(container.Contains(right)) : Fail(EvaluationError.TypeError, e.Left);
            case BinaryOperator.ContainsAll or BinaryOperator.ContainsAny:
                return left is not CedarSet first ? Fail(EvaluationError.TypeError, e.Left)
                    : right is not CedarSet second ? Fail(EvaluationError.TypeError, e.Right)
                    : CedarValue.Of(e.Operator == BinaryOperator.ContainsAll ? first.ContainsAll(second) : first.ContainsAny(second));
            case BinaryOperator.HasTag or BinaryOperator.GetTag:
                return Tag(e, left, right);
            default:
                return Fail(EvaluationError.TypeError, e);
        }
    }

    private CedarValue? Order(Expr.Binary e, CedarValue left, CedarValue right)
    {
        int order;
        switch (left, right)
        {
            case (CedarLong a, CedarLong b):
                order = a.Value.CompareTo(b.Value);
                break;
            case (CedarDateTime a, CedarDateTime b):
                order = a.Milliseconds.CompareTo(b.Milliseconds);
                break;
            case (CedarDuration a, CedarDuration b):
                order = a.Milliseconds.CompareTo(b.Milliseconds);
                break;
            default:
                return Fail(EvaluationError.TypeError, e);
        }

        return CedarValue.Of(e.Operator switch
        {
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        });
    }

    private CedarValue? Arithmetic(Expr.Binary e, CedarValue left, CedarValue right)
    {
        if (left is not CedarLong a)
        {
            return Fail(EvaluationError.TypeError, e.Left);
        }

        if (right is not CedarLong b)
        {
            return Fail(EvaluationError.TypeError, e.Right);
        }

        Int128 exact = e.Operator switch
        {
            BinaryOperator.Add => (Int128)a.Value + b.Value,
            BinaryOperator.Subtract => (Int128)a.Value - b.Value,
            _ => (Int128)a.Value * b.Value,
        };
        return exact < long.MinValue || exact > long.MaxValue ? Fail(EvaluationError.Overflow, e) : CedarValue.Of((long)exact);
    }

    private CedarValue? In(Expr node, CedarValue left, CedarValue right)
    {
        if (left is not EntityUid descendant)
        {
            return Fail(EvaluationError.TypeError, node);
        }

        if (right is EntityUid one)
        {
            return IsTouchable(descendant, node) ? CedarValue.Of(entities.IsIn(descendant, one)) : null;
        }

        if (right is not CedarSet many)
        {
            return Fail(EvaluationError.TypeError, node);
        }

        // Every element must be an entity before any of them is searched.
        foreach (var element in many.Elements)
        {
            if (element is not EntityUid)
            {
                return Fail(EvaluationError.TypeError, node);
            }
        }

        if (!IsTouchable(descendant, node))
        {
            return null;
        }

        foreach (var element in many.Elements)
        {
            if (entities.IsIn(descendant, (EntityUid)element))
            {
                return CedarBool.True;
            }
        }

        return CedarBool.False;
    }

    private CedarValue? Tag(Expr.Binary e, CedarValue left, CedarValue right)
    {
        if (left is not EntityUid uid)
        {
            return Fail(EvaluationError.TypeError, e.Left);
        }

        if (right is not CedarString key)
        {
            return Fail(EvaluationError.TypeError, e.Right);
        }

        if (!IsTouchable(uid, e))
        {
            return null;
        }

        var isStored = entities.TryGet(uid, out var entity);
        CedarValue? tag = null;
        var hasTag = isStored && entity!.Tags.TryGet(key.Value, out tag);
        return e.Operator == BinaryOperator.HasTag ? CedarValue.Of(hasTag)
            : hasTag ? tag
            : Fail(isStored ? EvaluationError.TagAbsent : EvaluationError.EntityAbsent, e);
    }

    private CedarBool? Has(Expr.Has e)
    {
        var target = Evaluate(e.Target);
        for (var i = 0; target is not null; i++)
        {
            if (Attributes(target, e) is not { } attributes)
            {
                return null;
            }

            if (!attributes.TryGet(e.Path[i], out target))
            {
                return CedarBool.False;
            }

            if (i == e.Path.Length - 1)
            {
                return CedarBool.True;
            }
        }

        return null;
    }

    private CedarValue? Attribute(Expr.Attribute e)
    {
        if (Evaluate(e.Target) is not { } target || Attributes(target, e) is not { } attributes)
        {
            return null;
        }

        return attributes.TryGet(e.Name, out var value) ? value
            : Fail(target is EntityUid uid && !entities.TryGet(uid, out _) ? EvaluationError.EntityAbsent : EvaluationError.AttributeAbsent, e);
    }

    /// <summary>The attributes of a record or of an entity; of an absent entity none.</summary>
    private CedarRecord? Attributes(CedarValue target, Expr node)
    {
        switch (target)
        {
            case CedarRecord record:
                return record;
            case EntityUid uid when IsTouchable(uid, node):
                return entities.TryGet(uid, out var entity) ? entity.Attributes : CedarRecord.Empty;
            case EntityUid:
                return null;
            default:
                _ = Fail(EvaluationError.TypeError, node);
                return null;
        }
    }

    private CedarValue? Is(Expr.Is e)
    {
        switch (Evaluate(e.Target))
        {
            case null:
                return null;
            case EntityUid uid when !string.Equals(uid.Type, e.EntityType, StringComparison.Ordinal):
                return CedarBool.False;
            case EntityUid uid:
                return e.Container is null ? CedarBool.True : Evaluate(e.Container) is { } container ? In(e, uid, container) : null;
            default:
                return Fail(EvaluationError.TypeError, e.Target);
        }
    }

    private CedarSet? SetLiteral(Expr.SetLiteral e)
    {
        var elements = new List<CedarValue>(e.Elements.Length);
        foreach (var element in e.Elements)
        {
            if (Evaluate(element) is not { } value)
            {
                return null;
            }

            elements.Add(value);
        }

        return CedarSet.Create(elements);
    }

    private CedarRecord? RecordLiteral(Expr.RecordLiteral e)
    {
        var fields = new List<KeyValuePair<string, CedarValue>>(e.Fields.Length);
        foreach (var (name, expr) in e.Fields)
        {
            if (Evaluate(expr) is not { } value)
            {
                return null;
            }

            fields.Add(new(name, value));
        }

        return CedarRecord.Create(fields);
    }

    private CedarValue? ExtensionCall(Expr.ExtensionCall e)
    {
        var arguments = new CedarValue[e.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (Evaluate(e.Arguments[i]) is not { } value)
            {
                return null;
            }

            arguments[i] = value;
        }

        return Extensions.Call(e.Function, arguments, out var error) ?? Fail(error, e);
    }

    private bool? Bool(Expr expr)
    {
        switch (Evaluate(expr))
        {
            case CedarBool value:
                return value.Value;
            case null:
                return null;
            default:
                _ = Fail(EvaluationError.TypeError, expr);
                return null;
        }
    }

    private long? Long(Expr expr)
    {
        switch (Evaluate(expr))
        {
            case CedarLong value:
                return value.Value;
            case null:
                return null;
            default:
                _ = Fail(EvaluationError.TypeError, expr);
                return null;
        }
    }

    private CedarSet? Set(Expr expr)
    {
        var value = Evaluate(expr);
        if (value is not null and not CedarSet)
        {
            _ = Fail(EvaluationError.TypeError, expr);
        }

        return value as CedarSet;
    }

    /// <summary>Whether the walk may look at the entity; not in the strict mode if it is absent.</summary>
    private bool IsTouchable(EntityUid uid, Expr node)
    {
        if (mode == Mode.Standard || entities.IsPresent(uid))
        {
            return true;
        }

        (MissingEntity, ErrorSpan) = (uid, node.Span);
        return false;
    }

    private CedarValue? Fail(EvaluationError error, Expr node)
    {
        (Error, ErrorSpan) = (error, node.Span);
        return null;
    }
}
