using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>A compiled expression. A result of false, or of <see cref="Failed"/>, means that the frame says why.</summary>
internal abstract class Node(Expr source)
{
    public const int Failed = -1;

    public Expr Source { get; } = source;

    public abstract bool Evaluate(Frame frame, out FastValue value);

    /// <summary>1 or 0 where a bool is demanded.</summary>
    public virtual int Test(Frame frame)
    {
        if (!Evaluate(frame, out var value))
        {
            return Failed;
        }

        if (value.Kind == CedarKind.Bool)
        {
            return (int)value.Bits;
        }

        _ = frame.Fail(EvaluationError.TypeError, Source);
        return Failed;
    }
}

/// <summary>A compiled expression whose value can only be a bool.</summary>
internal abstract class BoolNode(Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        var result = Test(frame);
        value = FastValue.Of(result > 0);
        return result >= 0;
    }

    public abstract override int Test(Frame frame);

    protected static int Of(bool value) => value ? 1 : 0;

    protected static int Fail(Frame frame, EvaluationError error, Expr node)
    {
        _ = frame.Fail(error, node);
        return Failed;
    }
}
