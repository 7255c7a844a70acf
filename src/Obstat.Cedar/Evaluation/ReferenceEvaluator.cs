using Obstat.Cedar.Entities;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Evaluation;

/// <summary>
/// The plain tree walk. A method that returns nothing has set <see cref="Error"/> or <see cref="MissingEntity"/>; the walk stops there, so the first error wins.
/// Source: cedar-spec, Cedar/Spec/Evaluator.lean.
/// </summary>
internal sealed partial class ReferenceEvaluator(EntityStore entities, Request request, Mode mode)
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

    private bool? Bool(Expr expr) => Typed<CedarBool>(expr)?.Value;

    private long? Long(Expr expr) => Typed<CedarLong>(expr)?.Value;

    private CedarSet? Set(Expr expr) => Typed<CedarSet>(expr);

    private T? Typed<T>(Expr expr)
        where T : CedarValue
    {
        var value = Evaluate(expr);
        if (value is not null and not T)
        {
            _ = Fail(EvaluationError.TypeError, expr);
        }

        return value as T;
    }

    private CedarValue? Fail(EvaluationError error, Expr node)
    {
        (Error, ErrorSpan) = (error, node.Span);
        return null;
    }
}
