using System.Collections.Immutable;

namespace Obstat.Cedar.Syntax;

/// <summary>The expressions, from the loosest to the tightest binding.</summary>
internal sealed partial class PolicyParser
{
    private Expr? ParseExpr()
    {
        if (++_nesting > Limits.NestingMax)
        {
            Bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", Current.Span);
            return null;
        }

        var expr = IsWord("if") ? ParseIf() : ParseOr();
        _nesting--;
        return expr;
    }

    private Expr? ParseIf()
    {
        var start = Current.Span;
        Advance();
        if (ParseExpr() is not { } condition || !ExpectWord("then") || ParseExpr() is not { } then || !ExpectWord("else") || ParseExpr() is not { } otherwise)
        {
            return null;
        }

        return Made(new Expr.If(condition, then, otherwise, Span.Cover(start, Previous)));
    }

    private Expr? ParseOr()
    {
        if (ParseAnd() is not { } first)
        {
            return null;
        }

        if (Current.Kind != TokenKind.OrOr)
        {
            return first;
        }

        var operands = ImmutableArray.CreateBuilder<Expr>();
        if (first is Expr.Or group)
        {
            // Parentheses at the left end change nothing: (a, b), c is a, b, c.
            operands.AddRange(group.Operands);
        }
        else
        {
            operands.Add(first);
        }

        while (Current.Kind == TokenKind.OrOr)
        {
            Advance();
            if (ParseAnd() is not { } next || !Count())
            {
                return null;
            }

            operands.Add(next);
        }

        return Made(new Expr.Or(operands.DrainToImmutable(), Span.Cover(first.Span, Previous)));
    }

    private Expr? ParseAnd()
    {
        if (ParseRelation() is not { } first)
        {
            return null;
        }

        if (Current.Kind != TokenKind.AndAnd)
        {
            return first;
        }

        var operands = ImmutableArray.CreateBuilder<Expr>();
        if (first is Expr.And group)
        {
            // Parentheses at the left end change nothing: (a, b), c is a, b, c.
            operands.AddRange(group.Operands);
        }
        else
        {
            operands.Add(first);
        }

        while (Current.Kind == TokenKind.AndAnd)
        {
            Advance();
            if (ParseRelation() is not { } next || !Count())
            {
                return null;
            }

            operands.Add(next);
        }

        return Made(new Expr.And(operands.DrainToImmutable(), Span.Cover(first.Span, Previous)));
    }

    private Expr? ParseRelation()
    {
        var start = Current.Span;
        if (ParseSum() is not { } left)
        {
            return null;
        }

        var op = IsWord("in") ? BinaryOperator.In : Operators.Relation(Current.Kind);
        Expr? relation;
        if (op != BinaryOperator.None)
        {
            Advance();
            relation = ParseSum() is { } right ? Made(new Expr.Binary(op, left, right, Span.Cover(start, Previous))) : null;
        }
        else if (IsWord("has"))
        {
            Advance();
            relation = ParseHas(left, start);
        }
        else if (IsWord("like"))
        {
            Advance();
            relation = ParseLike(left, start);
        }
        else if (IsWord("is"))
        {
            Advance();
            relation = ParseIs(left, start);
        }
        else
        {
            if (Current.Kind == TokenKind.Assign)
            {
                Bag.Add(DiagnosticCode.UnsupportedOperator, "= is no operator; equality is ==", Current.Span);
                return null;
            }

            return left;
        }

        if (relation is not null && (Operators.Relation(Current.Kind) != BinaryOperator.None || IsWord("in") || IsWord("has") || IsWord("like") || IsWord("is")))
        {
            Bag.Add(DiagnosticCode.UnexpectedToken, "relations do not chain; write parentheses", Current.Span);
            return null;
        }

        return relation;
    }

    private Expr? ParseHas(Expr target, Span start)
    {
        var path = ImmutableArray.CreateBuilder<string>();
        if (Current.Kind == TokenKind.String)
        {
            if (ParseString("an attribute") is not { } name)
            {
                return null;
            }

            path.Add(name);
            return Made(new Expr.Has(target, path.DrainToImmutable(), Span.Cover(start, Previous)));
        }

        while (true)
        {
            if (Current.Kind != TokenKind.Identifier)
            {
                return Unexpected<Expr>("an attribute");
            }

            if (!NotReserved() || !Count())
            {
                return null;
            }

            path.Add(Word);
            Advance();
            if (Current.Kind != TokenKind.Dot)
            {
                break;
            }

            if (path.Count >= Limits.NestingMax)
            {
                Bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", Current.Span);
                return null;
            }

            Advance();
        }

        return Made(new Expr.Has(target, path.DrainToImmutable(), Span.Cover(start, Previous)));
    }

    private Expr? ParseLike(Expr target, Span start)
    {
        if (Current.Kind != TokenKind.String)
        {
            return Unexpected<Expr>("a pattern in quotes");
        }

        var pattern = Lexer.UnquotePattern(Current);
        Advance();
        return pattern is null ? null : Made(new Expr.Like(target, pattern, Span.Cover(start, Previous)));
    }

    private Expr? ParseIs(Expr target, Span start)
    {
        if (ParsePath() is not { } type)
        {
            return null;
        }

        Expr? container = null;
        if (IsWord("in"))
        {
            Advance();
            if ((container = ParseSum()) is null)
            {
                return null;
            }
        }

        return Made(new Expr.Is(target, type, container, Span.Cover(start, Previous)));
    }

    private Expr? ParseSum()
    {
        var start = Current.Span;
        var left = ParseProduct();
        while (left is not null && Current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            var op = Current.Kind == TokenKind.Plus ? BinaryOperator.Add : BinaryOperator.Subtract;
            Advance();
            left = ParseProduct() is { } right ? Made(new Expr.Binary(op, left, right, Span.Cover(start, Previous))) : null;
        }

        return left;
    }

    private Expr? ParseProduct()
    {
        var start = Current.Span;
        var left = ParseUnary();
        while (left is not null && Current.Kind is TokenKind.Star or TokenKind.Slash or TokenKind.Percent)
        {
            if (Current.Kind != TokenKind.Star)
            {
                Bag.Add(DiagnosticCode.UnsupportedOperator, $"{Word} is not an operator of this language", Current.Span);
                return null;
            }

            Advance();
            left = ParseUnary() is { } right ? Made(new Expr.Binary(BinaryOperator.Multiply, left, right, Span.Cover(start, Previous))) : null;
        }

        return left;
    }

    private Expr? ParseUnary()
    {
        var kind = Current.Kind;
        if (kind is not (TokenKind.Not or TokenKind.Minus))
        {
            return ParseMember(ParsePrimary());
        }

        var signs = new List<Span>(4);
        while (Current.Kind == kind)
        {
            signs.Add(Current.Span);
            Advance();
            if (signs.Count > 4)
            {
                Bag.Add(DiagnosticCode.TooManyUnaryOperators, "at most four of ! or - in a row", signs[0]);
                return null;
            }
        }

        Expr? operand;
        if (kind == TokenKind.Minus && Current.Kind == TokenKind.Integer)
        {
            // The last minus belongs to the literal, or the smallest long could not be written.
            var digits = Current;
            Advance();
            var isTarget = Current.Kind is TokenKind.Dot or TokenKind.OpenBracket;
            operand = isTarget
                ? ParseMember(Integer(digits, isNegative: false, digits.Span))
                : Integer(digits, isNegative: true, Span.Cover(signs[^1], digits.Span));
            if (!isTarget)
            {
                signs.RemoveAt(signs.Count - 1);
            }
        }
        else
        {
            operand = ParseMember(ParsePrimary());
        }

        for (var i = signs.Count - 1; i >= 0 && operand is not null; i--)
        {
            var span = Span.Cover(signs[i], Previous);
            operand = kind == TokenKind.Not ? Made(new Expr.Not(operand, span)) : Made(new Expr.Negate(operand, span));
        }

        return operand;
    }

    private bool ExpectWord(string word)
    {
        if (!IsWord(word))
        {
            return Unexpected(word);
        }

        Advance();
        return true;
    }

    /// <summary>Counts a node and its depth against the limits.</summary>
    private Expr? Made(Expr node)
    {
        if (node.Depth > Limits.NestingMax)
        {
            Bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", node.Span);
            return null;
        }

        return Count() ? node : null;
    }

    private bool Count()
    {
        if (++_nodes <= Limits.PolicyNodesMax)
        {
            return true;
        }

        if (_nodes == Limits.PolicyNodesMax + 1)
        {
            Bag.Add(DiagnosticCode.TooManyNodes, $"a policy has at most {Limits.PolicyNodesMax} nodes", Current.Span);
        }

        return false;
    }
}
