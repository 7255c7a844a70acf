using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>An expression. Every node knows its place in the text; parentheses leave no node.</summary>
public abstract class Expr
{
    private Expr(Span span, int depth) => (Span, Depth) = (span, depth + 1);

    /// <summary>Where the expression stands.</summary>
    public Span Span { get; }

    /// <summary>Levels of nodes, this one included; at most <see cref="Limits.NestingMax"/> in a policy that was read.</summary>
    public int Depth { get; }

    private static int Deepest(ImmutableArray<Expr> nodes)
    {
        var deepest = 0;
        foreach (var node in nodes)
        {
            deepest = Math.Max(deepest, node.Depth);
        }

        return deepest;
    }

    /// <summary>A bool, a long, a string or an entity reference.</summary>
    public sealed class Literal(CedarValue value, Span span) : Expr(span, 0)
    {
        /// <summary>The value.</summary>
        public CedarValue Value { get; } = value;
    }

    /// <summary><c>principal</c>, <c>action</c>, <c>resource</c> or <c>context</c>.</summary>
    public sealed class Var(Variable variable, Span span) : Expr(span, 0)
    {
        /// <summary>Which one.</summary>
        public Variable Variable { get; } = variable;
    }

    /// <summary><c>if a then b else c</c>.</summary>
    public sealed class If(Expr condition, Expr then, Expr @else, Span span) : Expr(span, Math.Max(condition.Depth, Math.Max(then.Depth, @else.Depth)))
    {
        /// <summary>The condition.</summary>
        public Expr Condition { get; } = condition;

        /// <summary>The value if the condition holds.</summary>
        public Expr Then { get; } = then;

        /// <summary>The value if it does not.</summary>
        public Expr Else { get; } = @else;
    }

    /// <summary><c>a &amp;&amp; b &amp;&amp; ..</c>, associated to the left.</summary>
    public sealed class And(ImmutableArray<Expr> operands, Span span) : Expr(span, Deepest(operands))
    {
        /// <summary>Two or more operands.</summary>
        public ImmutableArray<Expr> Operands { get; } = operands;
    }

    /// <summary><c>a || b || ..</c>, associated to the left.</summary>
    public sealed class Or(ImmutableArray<Expr> operands, Span span) : Expr(span, Deepest(operands))
    {
        /// <summary>Two or more operands.</summary>
        public ImmutableArray<Expr> Operands { get; } = operands;
    }

    /// <summary><c>!a</c>.</summary>
    public sealed class Not(Expr operand, Span span) : Expr(span, operand.Depth)
    {
        /// <summary>The operand.</summary>
        public Expr Operand { get; } = operand;
    }

    /// <summary><c>-a</c>; of a literal it is part of the literal.</summary>
    public sealed class Negate(Expr operand, Span span) : Expr(span, operand.Depth)
    {
        /// <summary>The operand.</summary>
        public Expr Operand { get; } = operand;
    }

    /// <summary>An operator or built-in method of two operands.</summary>
    public sealed class Binary(BinaryOperator op, Expr left, Expr right, Span span) : Expr(span, Math.Max(left.Depth, right.Depth))
    {
        /// <summary>The operator.</summary>
        public BinaryOperator Operator { get; } = op;

        /// <summary>The left operand, or the object of the method.</summary>
        public Expr Left { get; } = left;

        /// <summary>The right operand, or the argument of the method.</summary>
        public Expr Right { get; } = right;
    }

    /// <summary><c>a.isEmpty()</c>.</summary>
    public sealed class IsEmpty(Expr operand, Span span) : Expr(span, operand.Depth)
    {
        /// <summary>The set.</summary>
        public Expr Operand { get; } = operand;
    }

    /// <summary><c>a has b.c.d</c>.</summary>
    public sealed class Has(Expr target, ImmutableArray<string> path, Span span) : Expr(span, target.Depth)
    {
        /// <summary>The record or entity.</summary>
        public Expr Target { get; } = target;

        /// <summary>One name, or several that are looked up one in the other.</summary>
        public ImmutableArray<string> Path { get; } = path;
    }

    /// <summary><c>a.b</c> or <c>a["b"]</c>.</summary>
    public sealed class Attribute(Expr target, string name, Span span) : Expr(span, target.Depth)
    {
        /// <summary>The record or entity.</summary>
        public Expr Target { get; } = target;

        /// <summary>The name.</summary>
        public string Name { get; } = name;
    }

    /// <summary><c>a like "b*"</c>.</summary>
    public sealed class Like(Expr target, Pattern pattern, Span span) : Expr(span, target.Depth)
    {
        /// <summary>The string.</summary>
        public Expr Target { get; } = target;

        /// <summary>The pattern.</summary>
        public Pattern Pattern { get; } = pattern;
    }

    /// <summary><c>a is T</c> or <c>a is T in b</c>.</summary>
    public sealed class Is(Expr target, string entityType, Expr? container, Span span) : Expr(span, Math.Max(target.Depth, container?.Depth ?? 0))
    {
        /// <summary>The entity.</summary>
        public Expr Target { get; } = target;

        /// <summary>The type path.</summary>
        public string EntityType { get; } = entityType;

        /// <summary>What it must also be in, if anything.</summary>
        public Expr? Container { get; } = container;
    }

    /// <summary><c>[a, b]</c>.</summary>
    public sealed class SetLiteral(ImmutableArray<Expr> elements, Span span) : Expr(span, Deepest(elements))
    {
        /// <summary>The elements, in the order written.</summary>
        public ImmutableArray<Expr> Elements { get; } = elements;
    }

    /// <summary><c>{a: 1, "b": 2}</c>.</summary>
    public sealed class RecordLiteral(ImmutableArray<KeyValuePair<string, Expr>> fields, Span span) : Expr(span, Deepest([.. fields.Select(f => f.Value)]))
    {
        /// <summary>The fields, in the order written; names are distinct.</summary>
        public ImmutableArray<KeyValuePair<string, Expr>> Fields { get; } = fields;
    }

    /// <summary>A call of an extension function or method; the object of a method is the first argument.</summary>
    public sealed class ExtensionCall(ExtensionFunction function, ImmutableArray<Expr> arguments, Span span) : Expr(span, Deepest(arguments))
    {
        /// <summary>What is called.</summary>
        public ExtensionFunction Function { get; } = function;

        /// <summary>The arguments; their number is not checked before evaluation.</summary>
        public ImmutableArray<Expr> Arguments { get; } = arguments;
    }
}
