using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Tests;

/// <summary>Ten evaluators with a bug each, made by reading one thing as another. A comparison that misses one of them is worth nothing.</summary>
internal static class PlantedBugs
{
    public static readonly IReadOnlyDictionary<string, Func<Expr, Expr>> All = new Dictionary<string, Func<Expr, Expr>>
    {
        ["less is less or equal"] = e => e is Expr.Binary { Operator: BinaryOperator.Less } b ? new Expr.Binary(BinaryOperator.LessEqual, b.Left, b.Right, b.Span) : e,
        ["unequal never holds"] = e => e is Expr.Binary { Operator: BinaryOperator.NotEqual } b ? new Expr.Not(new Expr.Binary(BinaryOperator.NotEqual, b.Left, b.Left, b.Span), b.Span) : e,
        ["containsAll is containsAny"] = e => e is Expr.Binary { Operator: BinaryOperator.ContainsAll } b ? new Expr.Binary(BinaryOperator.ContainsAny, b.Left, b.Right, b.Span) : e,
        ["and evaluates from the right"] = e => e is Expr.And a ? new Expr.And([.. a.Operands.Reverse()], a.Span) : e,
        ["or evaluates from the right"] = e => e is Expr.Or o ? new Expr.Or([.. o.Operands.Reverse()], o.Span) : e,
        ["a range holds what holds it"] = e => e is Expr.ExtensionCall { Function.Name: "isInRange", Arguments.Length: 2 } c ? new Expr.ExtensionCall(c.Function, [c.Arguments[1], c.Arguments[0]], c.Span) : e,
        ["has looks at the first name only"] = e => e is Expr.Has { Path.Length: > 1 } h ? new Expr.Has(h.Target, [h.Path[0]], h.Span) : e,
        ["is forgets its in"] = e => e is Expr.Is { Container: not null } i ? new Expr.Is(i.Target, i.EntityType, null, i.Span) : e,
        ["a difference is a sum"] = e => e is Expr.Binary { Operator: BinaryOperator.Subtract } b ? new Expr.Binary(BinaryOperator.Add, b.Left, b.Right, b.Span) : e,
        ["a pattern begins anywhere"] = e => e is Expr.Like l ? new Expr.Like(l.Target, new Pattern([null, .. l.Pattern.Parts]), l.Span) : e,
    };

    public static PolicySet Plant(PolicySet set, Func<Expr, Expr> bug) => PolicySet.Of(set.Policies.Select(p => new Policy(
        p.Id, p.Effect, p.Annotations, p.Principal, p.Action, p.Resource, [.. p.Conditions.Select(c => c with { Body = Rewrite(c.Body, bug) })], p.Span))).Require();

    private static Expr Rewrite(Expr e, Func<Expr, Expr> bug)
    {
        Expr R(Expr x) => Rewrite(x, bug);
        ImmutableArray<Expr> Rs(ImmutableArray<Expr> xs) => [.. xs.Select(R)];
        return bug(e switch
        {
            Expr.If x => new Expr.If(R(x.Condition), R(x.Then), R(x.Else), x.Span),
            Expr.And x => new Expr.And(Rs(x.Operands), x.Span),
            Expr.Or x => new Expr.Or(Rs(x.Operands), x.Span),
            Expr.Not x => new Expr.Not(R(x.Operand), x.Span),
            Expr.Negate x => new Expr.Negate(R(x.Operand), x.Span),
            Expr.Binary x => new Expr.Binary(x.Operator, R(x.Left), R(x.Right), x.Span),
            Expr.IsEmpty x => new Expr.IsEmpty(R(x.Operand), x.Span),
            Expr.Has x => new Expr.Has(R(x.Target), x.Path, x.Span),
            Expr.Attribute x => new Expr.Attribute(R(x.Target), x.Name, x.Span),
            Expr.Like x => new Expr.Like(R(x.Target), x.Pattern, x.Span),
            Expr.Is x => new Expr.Is(R(x.Target), x.EntityType, x.Container is null ? null : R(x.Container), x.Span),
            Expr.SetLiteral x => new Expr.SetLiteral(Rs(x.Elements), x.Span),
            Expr.RecordLiteral x => new Expr.RecordLiteral([.. x.Fields.Select(f => KeyValuePair.Create(f.Key, R(f.Value)))], x.Span),
            Expr.ExtensionCall x => new Expr.ExtensionCall(x.Function, Rs(x.Arguments), x.Span),
            _ => e,
        });
    }
}
