using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>
/// Computes the type of every expression of a policy in one request environment, strictly. A method that returns nothing has complained. What can never be evaluated is
/// not looked at. Source: cedar-spec, Cedar/Validation/Typechecker.lean.
/// </summary>
internal sealed partial class Typechecker(Schema schema, RequestEnvironment environment, DiagnosticBag bag)
{
    /// <summary>The types found, of what can be evaluated.</summary>
    public Dictionary<Expr, CedarType> Types { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What each step of a <c>has</c> with a path looks at.</summary>
    public Dictionary<Expr, List<Expr>> HasTargets { get; } = new(ReferenceEqualityComparer.Instance);

    public Typed? Check(Expr expr, Capabilities known)
    {
        var typed = expr switch
        {
            Expr.Literal e => CheckLiteral(e),
            Expr.Var e => CheckVariable(e),
            Expr.If e => CheckIf(e, known),
            Expr.And e => CheckAnd(e, known),
            Expr.Or e => CheckOr(e, known),
            Expr.Not e => CheckNot(e, known),
            Expr.Negate e => Expect(e.Operand, known, CedarType.Long) ? new(CedarType.Long) : null,
            Expr.Binary e => CheckBinary(e, known),
            Expr.IsEmpty e => CheckSet(e.Operand, known) is null ? null : new(CedarType.Bool),
            Expr.Has e => CheckHas(e, known),
            Expr.Attribute e => CheckAttribute(e, known),
            Expr.Like e => Expect(e.Target, known, CedarType.String) ? new(CedarType.Bool) : null,
            Expr.Is e => CheckIs(e, known),
            Expr.SetLiteral e => CheckSetLiteral(e, known),
            Expr.RecordLiteral e => CheckRecord(e, known),
            Expr.ExtensionCall e => CheckCall(e, known),
            _ => Refuse(DiagnosticCode.UnexpectedType, "an expression of no kind", expr),
        };
        if (typed is not null)
        {
            Types[expr] = typed.Type;
        }

        return typed;
    }

    private Typed? CheckLiteral(Expr.Literal e)
    {
        switch (e.Value)
        {
            case CedarBool value:
                return new(value.Value ? CedarType.True : CedarType.False);
            case CedarLong:
                return new(CedarType.Long);
            case CedarString:
                return new(CedarType.String);
            case EntityUid uid:
                // Whether the entity may be named at all is checked once per policy, also where nothing is evaluated.
                return EntityNames.IsKnownType(schema, uid.Type) ? new(new CedarType.Entity(uid.Type)) : null;
            default:
                return Refuse(DiagnosticCode.UnexpectedType, "a literal of no kind", e);
        }
    }

    private Typed? CheckVariable(Expr.Var e) => e.Variable switch
    {
        Variable.Principal => new(new CedarType.Entity(environment.PrincipalType)),
        Variable.Action => new(new CedarType.Entity(environment.Action.Type)),
        Variable.Resource => new(new CedarType.Entity(environment.ResourceType)),
        Variable.Context => new(environment.Context),
        _ => Refuse(DiagnosticCode.UnexpectedType, "a variable of no kind", e),
    };

    private Typed? CheckIf(Expr.If e, Capabilities known)
    {
        if (CheckBool(e.Condition, known) is not { } condition)
        {
            // Both branches are looked at for more complaints.
            _ = Check(e.Then, known);
            _ = Check(e.Else, known);
            return null;
        }

        if (condition.IsTrue)
        {
            return Check(e.Then, known.And(condition.Proved)) is { } only ? only.With(condition.Proved.And(only.Proved)) : null;
        }

        if (condition.IsFalse)
        {
            return Check(e.Else, known);
        }

        var then = Check(e.Then, known.And(condition.Proved));
        var otherwise = Check(e.Else, known);
        if (then is null || otherwise is null)
        {
            return null;
        }

        return TypeJoin.Of(then.Type, otherwise.Type) is { } type
            ? new(type, condition.Proved.And(then.Proved).Common(otherwise.Proved))
            : Incompatible(then.Type, otherwise.Type, e);
    }

    private Typed? CheckAnd(Expr.And e, Capabilities known)
    {
        Typed? left = null;
        var failed = false;
        foreach (var operand in e.Operands)
        {
            if (left is { IsFalse: true })
            {
                break;
            }

            var right = CheckBool(operand, left is null ? known : known.And(left.Proved));
            if (right is null)
            {
                // The next operands are looked at for more complaints, as far as this is sensible.
                failed = true;
                continue;
            }

            left = left is null ? right
                : right.IsFalse ? new(CedarType.False)
                : new(right.IsTrue ? left.Type : left.IsTrue ? right.Type : CedarType.Bool, left.Proved.And(right.Proved));
        }

        return failed ? null : left;
    }

    private Typed? CheckOr(Expr.Or e, Capabilities known)
    {
        Typed? left = null;
        var failed = false;
        foreach (var operand in e.Operands)
        {
            if (left is { IsTrue: true })
            {
                break;
            }

            var right = CheckBool(operand, known);
            if (right is null)
            {
                failed = true;
                continue;
            }

            left = left is null || left.IsFalse ? right
                : right.IsFalse ? left
                : right.IsTrue ? new(CedarType.True)
                : new(CedarType.Bool, left.Proved.Common(right.Proved));
        }

        return failed ? null : left;
    }

    private Typed? CheckNot(Expr.Not e, Capabilities known) => CheckBool(e.Operand, known) switch
    {
        null => null,
        { IsTrue: true } => new(CedarType.False),
        { IsFalse: true } => new(CedarType.True),
        _ => new(CedarType.Bool),
    };

    private Typed? CheckBinary(Expr.Binary e, Capabilities known)
    {
        switch (e.Operator)
        {
            case BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply:
                return Expect(e.Left, known, CedarType.Long) & Expect(e.Right, known, CedarType.Long) ? new(CedarType.Long) : null;
            case BinaryOperator.Less or BinaryOperator.LessEqual or BinaryOperator.Greater or BinaryOperator.GreaterEqual:
                return CheckOrder(e, known);
            case BinaryOperator.HasTag or BinaryOperator.GetTag:
                return CheckTag(e, known);
            default:
                break;
        }

        var left = Check(e.Left, known);
        var right = Check(e.Right, known);
        if (left is null || right is null)
        {
            return null;
        }

        switch (e.Operator)
        {
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                return CheckEqual(e, left.Type, right.Type);
            case BinaryOperator.In:
                return CheckIn(e, e.Left, e.Right, left.Type, right.Type);
            case BinaryOperator.Contains when left.Type is CedarType.Set set:
                return set.Element is null || TypeJoin.Of(set.Element, right.Type) is not null ? new(CedarType.Bool) : Incompatible(set.Element, right.Type, e);
            case BinaryOperator.ContainsAll or BinaryOperator.ContainsAny when left.Type is CedarType.Set && right.Type is CedarType.Set:
                return TypeJoin.Of(left.Type, right.Type) is not null ? new(CedarType.Bool) : Incompatible(left.Type, right.Type, e);
            default:
                return Unexpected("a set", left.Type is CedarType.Set ? right.Type : left.Type, e);
        }
    }

    private Typed? CheckOrder(Expr.Binary e, Capabilities known)
    {
        var left = Check(e.Left, known);
        var right = Check(e.Right, known);
        if (left is null || right is null)
        {
            return null;
        }

        return left.Type.Equals(right.Type) && (left.Type.Equals(CedarType.Long) || left.Type.Equals(CedarType.DateTime) || left.Type.Equals(CedarType.Duration))
            ? new(CedarType.Bool)
            : Unexpected("two of Long, datetime or duration", left.Type.Kind is CedarKind.Long or CedarKind.DateTime or CedarKind.Duration ? right.Type : left.Type, e);
    }

    private Typed? CheckEqual(Expr.Binary e, CedarType left, CedarType right)
    {
        var isEqual = e.Operator == BinaryOperator.Equal;
        if (Substituted(e.Left) is { } a && Substituted(e.Right) is { } b)
        {
            return new(a.Equals(b) == isEqual ? CedarType.True : CedarType.False);
        }

        if (TypeJoin.Of(left, right) is not null)
        {
            return new(CedarType.Bool);
        }

        return left is CedarType.Entity && right is CedarType.Entity ? new(isEqual ? CedarType.False : CedarType.True) : Incompatible(left, right, e);
    }

    private Typed? CheckIn(Expr node, Expr leftExpr, Expr rightExpr, CedarType left, CedarType right)
    {
        var container = right switch
        {
            CedarType.Entity one => one.Name,
            CedarType.Set { Element: CedarType.Entity many } => many.Name,
            _ => null,
        };
        if (left is not CedarType.Entity contained)
        {
            return Unexpected("an entity", left, node);
        }

        if (container is null)
        {
            return Unexpected("an entity or a set of entities", right, node);
        }

        if (Substituted(leftExpr) is EntityUid action && schema.Actions.TryGetValue(action, out var declaration) && LiteralEntities(rightExpr) is { } groups)
        {
            return new(groups.Any(g => g.Equals(action) || declaration.Ancestors.Contains(g)) ? CedarType.True : CedarType.False);
        }

        return new(EntityNames.CanBeIn(schema, contained.Name, container) ? CedarType.Bool : CedarType.False);
    }

    private Typed? CheckIs(Expr.Is e, Capabilities known)
    {
        var target = Check(e.Target, known);
        var container = e.Container is null ? null : Check(e.Container, known);
        if (target is null)
        {
            return null;
        }

        if (target.Type is not CedarType.Entity entity)
        {
            return Unexpected("an entity", target.Type, e.Target);
        }

        if (!string.Equals(entity.Name, e.EntityType, StringComparison.Ordinal))
        {
            return new(CedarType.False);
        }

        return e.Container is null ? new(CedarType.True) : container is null ? null : CheckIn(e, e.Target, e.Container, target.Type, container.Type);
    }

    /// <summary>The constant that an expression is; the variable <c>action</c> is one in a request environment.</summary>
    private CedarValue? Substituted(Expr e) => e switch
    {
        Expr.Literal literal => literal.Value,
        Expr.Var { Variable: Variable.Action } => environment.Action,
        _ => null,
    };

    private List<EntityUid>? LiteralEntities(Expr e)
    {
        var items = e is Expr.SetLiteral set ? set.Elements.Select(Substituted).ToList() : [Substituted(e)];
        return items.All(i => i is EntityUid) ? [.. items.Cast<EntityUid>()] : null;
    }

    private CedarType.Set? CheckSet(Expr e, Capabilities known)
    {
        if (Check(e, known) is not { } typed)
        {
            return null;
        }

        if (typed.Type is CedarType.Set set)
        {
            return set;
        }

        _ = Unexpected("a set", typed.Type, e);
        return null;
    }

    private Typed? CheckBool(Expr e, Capabilities known) => Check(e, known) switch
    {
        null => null,
        { Type: CedarType.Boolean } typed => typed,
        { } typed => Unexpected("Bool", typed.Type, e),
    };

    private bool Expect(Expr e, Capabilities known, CedarType expected)
    {
        if (Check(e, known) is not { } typed)
        {
            return false;
        }

        return typed.Type.Kind == expected.Kind || Unexpected(expected.ToString()!, typed.Type, e) is not null;
    }

    private Typed? Unexpected(string expected, CedarType got, Expr e) => Refuse(DiagnosticCode.UnexpectedType, $"expected {expected}, got {got}", e);

    private Typed? Incompatible(CedarType a, CedarType b, Expr e) => Refuse(DiagnosticCode.IncompatibleTypes, $"{a} and {b} have no common type", e);

    private Typed? Refuse(DiagnosticCode code, string message, Expr e)
    {
        bag.Add(code, message, e.Span);
        return null;
    }

    /// <summary>A type, and what is proved where the expression is true.</summary>
    internal sealed record Typed(CedarType Type, Capabilities Proved)
    {
        public Typed(CedarType type)
            : this(type, Capabilities.None)
        {
        }

        public bool IsTrue => Type is CedarType.Boolean { Known: true };

        public bool IsFalse => Type is CedarType.Boolean { Known: false };

        public Typed With(Capabilities proved) => new(Type, proved);
    }
}
