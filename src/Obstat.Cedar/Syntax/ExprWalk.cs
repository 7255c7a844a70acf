namespace Obstat.Cedar.Syntax;

/// <summary>Goes through expressions.</summary>
public static class ExprWalk
{
    /// <summary>The operands of a node, in the order written.</summary>
    public static IEnumerable<Expr> Children(Expr node) => node switch
    {
        Expr.Literal or Expr.Var => [],
        Expr.If e => [e.Condition, e.Then, e.Else],
        Expr.And e => e.Operands,
        Expr.Or e => e.Operands,
        Expr.Not e => [e.Operand],
        Expr.Negate e => [e.Operand],
        Expr.Binary e => [e.Left, e.Right],
        Expr.IsEmpty e => [e.Operand],
        Expr.Has e => [e.Target],
        Expr.Attribute e => [e.Target],
        Expr.Like e => [e.Target],
        Expr.Is e => e.Container is null ? [e.Target] : [e.Target, e.Container],
        Expr.SetLiteral e => e.Elements,
        Expr.RecordLiteral e => e.Fields.Select(f => f.Value),
        Expr.ExtensionCall e => e.Arguments,
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>A node and all below it, each before its operands.</summary>
    public static IEnumerable<Expr> All(Expr node)
    {
        var open = new Stack<Expr>();
        open.Push(node);
        while (open.TryPop(out var next))
        {
            yield return next;
            foreach (var child in Children(next).Reverse())
            {
                open.Push(child);
            }
        }
    }
}
