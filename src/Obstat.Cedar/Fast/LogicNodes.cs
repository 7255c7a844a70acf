using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

internal sealed class ConstantNode(FastValue constant, Expr source) : Node(source)
{
    public FastValue Constant => constant;

    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = constant;
        return true;
    }
}

/// <summary>A constructor whose argument is no value: it fails each time it is reached.</summary>
internal sealed class FaultNode(EvaluationError error, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        return frame.Fail(error, Source);
    }
}

internal sealed class VariableNode(Variable variable, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = variable switch
        {
            Variable.Principal => new() { Kind = CedarKind.Entity, Object = frame.Principal.Uid },
            Variable.Action => new() { Kind = CedarKind.Entity, Object = frame.Action.Uid },
            Variable.Resource => new() { Kind = CedarKind.Entity, Object = frame.Resource.Uid },
            _ => new() { Kind = CedarKind.Record, Object = frame.Context },
        };
        return true;
    }
}

internal sealed class AndNode(Node[] operands, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        foreach (var operand in operands)
        {
            var result = operand.Test(frame);
            if (result <= 0)
            {
                return result;
            }
        }

        return 1;
    }
}

internal sealed class OrNode(Node[] operands, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        foreach (var operand in operands)
        {
            var result = operand.Test(frame);
            if (result != 0)
            {
                return result;
            }
        }

        return 0;
    }
}

internal sealed class NotNode(Node operand, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        var result = operand.Test(frame);
        return result < 0 ? result : 1 - result;
    }
}

internal sealed class IfNode(Node condition, Node then, Node otherwise, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        var result = condition.Test(frame);
        if (result < 0)
        {
            value = default;
            return false;
        }

        return (result > 0 ? then : otherwise).Evaluate(frame, out value);
    }
}

internal sealed class EqualNode(Node left, Node right, bool isEqual, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame) =>
        left.Evaluate(frame, out var a) && right.Evaluate(frame, out var b) ? Of(a.IsSame(b) == isEqual) : Failed;
}

internal sealed class OrderNode(BinaryOperator op, Node left, Node right, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!left.Evaluate(frame, out var a) || !right.Evaluate(frame, out var b))
        {
            return Failed;
        }

        if (a.Kind != b.Kind || a.Kind is not (CedarKind.Long or CedarKind.DateTime or CedarKind.Duration))
        {
            return Fail(frame, EvaluationError.TypeError, Source);
        }

        return Of(op switch
        {
            BinaryOperator.Less => a.Bits < b.Bits,
            BinaryOperator.LessEqual => a.Bits <= b.Bits,
            BinaryOperator.Greater => a.Bits > b.Bits,
            _ => a.Bits >= b.Bits,
        });
    }
}

internal sealed class ArithmeticNode(BinaryOperator op, Node left, Node right, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        if (!left.Evaluate(frame, out var a) || !right.Evaluate(frame, out var b))
        {
            return false;
        }

        if (a.Kind != CedarKind.Long || b.Kind != CedarKind.Long)
        {
            return frame.Fail(EvaluationError.TypeError, a.Kind != CedarKind.Long ? left.Source : right.Source);
        }

        long result;
        bool isExact;
        unchecked
        {
            switch (op)
            {
                case BinaryOperator.Add:
                    result = a.Bits + b.Bits;
                    isExact = ((a.Bits ^ result) & (b.Bits ^ result)) >= 0;
                    break;
                case BinaryOperator.Subtract:
                    result = a.Bits - b.Bits;
                    isExact = ((a.Bits ^ b.Bits) & (a.Bits ^ result)) >= 0;
                    break;
                default:
                    var high = Math.BigMul(a.Bits, b.Bits, out result);
                    isExact = high == result >> 63;
                    break;
            }
        }

        value = FastValue.Of(CedarKind.Long, result);
        return isExact || frame.Fail(EvaluationError.Overflow, Source);
    }
}

internal sealed class NegateNode(Node operand, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        if (!operand.Evaluate(frame, out value))
        {
            return false;
        }

        if (value.Kind != CedarKind.Long)
        {
            return frame.Fail(EvaluationError.TypeError, operand.Source);
        }

        if (value.Bits == long.MinValue)
        {
            return frame.Fail(EvaluationError.Overflow, Source);
        }

        value = FastValue.Of(CedarKind.Long, -value.Bits);
        return true;
    }
}
