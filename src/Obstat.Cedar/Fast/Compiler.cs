using System.Collections.Immutable;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>Turns expressions into nodes: constants are made once, names and entities are those of one table.</summary>
internal sealed class Compiler(PolicyNames names)
{
    public Node Compile(Expr expr)
    {
        switch (expr)
        {
            case Expr.Literal e:
                return new ConstantNode(FastValue.Of(names.Rebuild(e.Value, isCompiling: true)), e);
            case Expr.Var e:
                return new VariableNode(e.Variable, e);
            case Expr.If e:
                return new IfNode(Compile(e.Condition), Compile(e.Then), Compile(e.Else), e);
            case Expr.And e:
                return new AndNode(Compile(e.Operands), e);
            case Expr.Or e:
                return new OrNode(Compile(e.Operands), e);
            case Expr.Not e:
                return new NotNode(Compile(e.Operand), e);
            case Expr.Negate e:
                return new NegateNode(Compile(e.Operand), e);
            case Expr.Binary e:
                return CompileBinary(e);
            case Expr.IsEmpty e:
                return new IsEmptyNode(Compile(e.Operand), e);
            case Expr.Has e:
                return new HasNode(Compile(e.Target), [.. e.Path.Select(Cursor)], e);
            case Expr.Attribute e:
                return new AttributeNode(Compile(e.Target), Cursor(e.Name), e);
            case Expr.Like e:
                return new LikeNode(Compile(e.Target), e.Pattern, e);
            case Expr.Is e:
                var target = Compile(e.Target);
                return new IsNode(target, names.Strings.Add(e.EntityType), e.Container is null ? null : CompileIn(target, Compile(e.Container), e), e);
            case Expr.SetLiteral e:
                return CompileSet(e);
            case Expr.RecordLiteral e:
                return CompileRecord(e);
            case Expr.ExtensionCall e:
                return CompileCall(e);
            default:
                throw new ArgumentOutOfRangeException(nameof(expr));
        }
    }

    private Node[] Compile(ImmutableArray<Expr> expressions) => [.. expressions.Select(Compile)];

    private NameCursor Cursor(string name) => new(names.Strings.Add(name), names.Strings);

    private Node CompileBinary(Expr.Binary e)
    {
        var (left, right) = (Compile(e.Left), Compile(e.Right));
        return e.Operator switch
        {
            BinaryOperator.Equal or BinaryOperator.NotEqual => new EqualNode(left, right, e.Operator == BinaryOperator.Equal, e),
            BinaryOperator.Less or BinaryOperator.LessEqual or BinaryOperator.Greater or BinaryOperator.GreaterEqual => new OrderNode(e.Operator, left, right, e),
            BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply => new ArithmeticNode(e.Operator, left, right, e),
            BinaryOperator.In => CompileIn(left, right, e),
            BinaryOperator.Contains => new ContainsNode(left, right, e),
            BinaryOperator.ContainsAll or BinaryOperator.ContainsAny => new ContainsManyNode(left, right, e.Operator == BinaryOperator.ContainsAll, e),
            BinaryOperator.HasTag or BinaryOperator.GetTag => new TagNode(left, right, e.Operator == BinaryOperator.GetTag, e),
            _ => throw new ArgumentOutOfRangeException(nameof(e)),
        };
    }

    private InNode CompileIn(Node left, Node right, Expr source)
    {
        var constant = right is ConstantNode c ? c.Constant.Object : null;
        int[]? indexes = constant switch
        {
            EntityUid uid => [names.Add(uid)],
            CedarSet set when set.Elements.All(e => e is EntityUid) => [.. set.Elements.Select(e => names.Add((EntityUid)e))],
            _ => null,
        };
        return new(left, right, indexes, source);
    }

    private Node CompileSet(Expr.SetLiteral e)
    {
        var elements = Compile(e.Elements);
        return elements.All(n => n is ConstantNode)
            ? new ConstantNode(FastValue.Of(CedarSet.Create(elements.Select(n => ((ConstantNode)n).Constant.ToValue()).ToList())), e)
            : new SetNode(elements, e);
    }

    private Node CompileRecord(Expr.RecordLiteral e)
    {
        var fields = Compile([.. e.Fields.Select(f => f.Value)]);
        var keys = e.Fields.Select(f => names.Strings.Add(f.Key)).ToImmutableArray();
        if (!fields.All(n => n is ConstantNode))
        {
            return new RecordNode(keys, fields, e);
        }

        var record = CedarRecord.Create(keys.Zip(fields, (name, n) => KeyValuePair.Create(name, ((ConstantNode)n).Constant.ToValue())));
        return new ConstantNode(FastValue.Of(names.Rebuild(record, isCompiling: true)), e);
    }

    private Node CompileCall(Expr.ExtensionCall e)
    {
        var arguments = Compile(e.Arguments);
        if (arguments.Length != e.Function.Parameters.Count)
        {
            return new CallNode(e.Function, arguments, e);
        }

        if (!e.Function.IsMethod)
        {
            return arguments[0] is not ConstantNode { Constant: { Kind: CedarKind.String, Object: CedarString text } } ? new CallNode(e.Function, arguments, e)
                : Extensions.Construct(e.Function.Result, text.Value) is { } value ? new ConstantNode(FastValue.Of(value), e)
                : new FaultNode(EvaluationError.ExtensionError, e);
        }

        var second = arguments.Length > 1 ? arguments[1] : null;
        if (e.Function.Parameters[0] == CedarKind.IpAddr)
        {
            return new AddressNode(e.Function.Name, arguments[0], second, e);
        }

        var (method, divisor) = e.Function.Name switch
        {
            "lessThan" => (NumberMethod.LessThan, 1),
            "lessThanOrEqual" => (NumberMethod.LessThanOrEqual, 1),
            "greaterThan" => (NumberMethod.GreaterThan, 1),
            "greaterThanOrEqual" => (NumberMethod.GreaterThanOrEqual, 1),
            "offset" => (NumberMethod.Offset, 1),
            "durationSince" => (NumberMethod.DurationSince, 1),
            "toDate" => (NumberMethod.ToDate, 1),
            "toTime" => (NumberMethod.ToTime, 1),
            "toMilliseconds" => (NumberMethod.Divide, 1),
            "toSeconds" => (NumberMethod.Divide, 1000),
            "toMinutes" => (NumberMethod.Divide, 60_000),
            "toHours" => (NumberMethod.Divide, 3_600_000),
            "toDays" => (NumberMethod.Divide, 86_400_000),
            _ => (NumberMethod.None, 1),
        };
        return method == NumberMethod.None ? new CallNode(e.Function, arguments, e) : new NumberNode(method, e.Function, divisor, arguments[0], second, e);
    }
}
