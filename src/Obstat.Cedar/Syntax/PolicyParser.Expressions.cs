using System.Collections.Immutable;

namespace Obstat.Cedar.Syntax;

/// <summary>The expressions, from the loosest to the tightest binding.</summary>
internal sealed partial class PolicyParser
{
    private Expr? ParseExpr()
    {
        if (++_nesting > Limits.NestingMax)
        {
            _bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", _current.Span);
            return null;
        }

        var expr = IsWord("if") ? ParseIf() : ParseOr();
        _nesting--;
        return expr;
    }

    private Expr? ParseIf()
    {
        var start = _current.Span;
        Advance();
        if (ParseExpr() is not { } condition || !ExpectWord("then") || ParseExpr() is not { } then || !ExpectWord("else") || ParseExpr() is not { } otherwise)
        {
            return null;
        }

        return Made(new Expr.If(condition, then, otherwise, Span.Cover(start, _previous)));
    }

    private Expr? ParseOr()
    {
        if (ParseAnd() is not { } first)
        {
            return null;
        }

        if (_current.Kind != TokenKind.OrOr)
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

        while (_current.Kind == TokenKind.OrOr)
        {
            Advance();
            if (ParseAnd() is not { } next || !Count())
            {
                return null;
            }

            operands.Add(next);
        }

        return Made(new Expr.Or(operands.DrainToImmutable(), Span.Cover(first.Span, _previous)));
    }

    private Expr? ParseAnd()
    {
        if (ParseRelation() is not { } first)
        {
            return null;
        }

        if (_current.Kind != TokenKind.AndAnd)
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

        while (_current.Kind == TokenKind.AndAnd)
        {
            Advance();
            if (ParseRelation() is not { } next || !Count())
            {
                return null;
            }

            operands.Add(next);
        }

        return Made(new Expr.And(operands.DrainToImmutable(), Span.Cover(first.Span, _previous)));
    }

    private Expr? ParseRelation()
    {
        var start = _current.Span;
        if (ParseSum() is not { } left)
        {
            return null;
        }

        var op = IsWord("in") ? BinaryOperator.In : Operators.Relation(_current.Kind);
        Expr? relation;
        if (op != BinaryOperator.None)
        {
            Advance();
            relation = ParseSum() is { } right ? Made(new Expr.Binary(op, left, right, Span.Cover(start, _previous))) : null;
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
            if (_current.Kind == TokenKind.Assign)
            {
                _bag.Add(DiagnosticCode.UnsupportedOperator, "= is no operator; equality is ==", _current.Span);
                return null;
            }

            return left;
        }

        if (relation is not null && (Operators.Relation(_current.Kind) != BinaryOperator.None || IsWord("in") || IsWord("has") || IsWord("like") || IsWord("is")))
        {
            _bag.Add(DiagnosticCode.UnexpectedToken, "relations do not chain; write parentheses", _current.Span);
            return null;
        }

        return relation;
    }

    private Expr? ParseHas(Expr target, Span start)
    {
        var path = ImmutableArray.CreateBuilder<string>();
        if (_current.Kind == TokenKind.String)
        {
            if (ParseString("an attribute") is not { } name)
            {
                return null;
            }

            path.Add(name);
            return Made(new Expr.Has(target, path.DrainToImmutable(), Span.Cover(start, _previous)));
        }

        while (true)
        {
            if (_current.Kind != TokenKind.Identifier)
            {
                return Unexpected<Expr>("an attribute");
            }

            if (!NotReserved() || !Count())
            {
                return null;
            }

            path.Add(Word);
            Advance();
            if (_current.Kind != TokenKind.Dot)
            {
                break;
            }

            if (path.Count >= Limits.NestingMax)
            {
                _bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", _current.Span);
                return null;
            }

            Advance();
        }

        return Made(new Expr.Has(target, path.DrainToImmutable(), Span.Cover(start, _previous)));
    }

    private Expr? ParseLike(Expr target, Span start)
    {
        if (_current.Kind != TokenKind.String)
        {
            return Unexpected<Expr>("a pattern in quotes");
        }

        var pattern = _lexer.UnquotePattern(_current);
        Advance();
        return pattern is null ? null : Made(new Expr.Like(target, pattern, Span.Cover(start, _previous)));
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

        return Made(new Expr.Is(target, type, container, Span.Cover(start, _previous)));
    }

    private Expr? ParseSum()
    {
        var start = _current.Span;
        var left = ParseProduct();
        while (left is not null && _current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            var op = _current.Kind == TokenKind.Plus ? BinaryOperator.Add : BinaryOperator.Subtract;
            Advance();
            left = ParseProduct() is { } right ? Made(new Expr.Binary(op, left, right, Span.Cover(start, _previous))) : null;
        }

        return left;
    }

    private Expr? ParseProduct()
    {
        var start = _current.Span;
        var left = ParseUnary();
        while (left is not null && _current.Kind is TokenKind.Star or TokenKind.Slash or TokenKind.Percent)
        {
            if (_current.Kind != TokenKind.Star)
            {
                _bag.Add(DiagnosticCode.UnsupportedOperator, $"{Word} is not an operator of this language", _current.Span);
                return null;
            }

            Advance();
            left = ParseUnary() is { } right ? Made(new Expr.Binary(BinaryOperator.Multiply, left, right, Span.Cover(start, _previous))) : null;
        }

        return left;
    }

    private Expr? ParseUnary()
    {
        var kind = _current.Kind;
        if (kind is not (TokenKind.Not or TokenKind.Minus))
        {
            return ParseMember(ParsePrimary());
        }

        var signs = new List<Span>(4);
        while (_current.Kind == kind)
        {
            signs.Add(_current.Span);
            Advance();
            if (signs.Count > 4)
            {
                _bag.Add(DiagnosticCode.TooManyUnaryOperators, "at most four of ! or - in a row", signs[0]);
                return null;
            }
        }

        Expr? operand;
        if (kind == TokenKind.Minus && _current.Kind == TokenKind.Integer)
        {
            // The last minus belongs to the literal, or the smallest long could not be written.
            var digits = _current;
            Advance();
            var isTarget = _current.Kind is TokenKind.Dot or TokenKind.OpenBracket;
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
            var span = Span.Cover(signs[i], _previous);
            operand = kind == TokenKind.Not ? Made(new Expr.Not(operand, span)) : Made(new Expr.Negate(operand, span));
        }

        return operand;
    }

    private bool ExpectWord(string word)
    {
        if (!IsWord(word))
        {
            Unexpected(word);
            return false;
        }

        Advance();
        return true;
    }

    /// <summary>Counts a node and its depth against the limits.</summary>
    private Expr? Made(Expr node)
    {
        if (node.Depth > Limits.NestingMax)
        {
            _bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", node.Span);
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
            _bag.Add(DiagnosticCode.TooManyNodes, $"a policy has at most {Limits.PolicyNodesMax} nodes", _current.Span);
        }

        return false;
    }
}
