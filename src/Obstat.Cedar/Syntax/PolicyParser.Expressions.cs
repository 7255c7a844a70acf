using System.Collections.Immutable;
using Obstat.Cedar.Values;

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

    private Expr? ParseMember(Expr? target)
    {
        var start = target?.Span ?? default;
        while (target is not null)
        {
            if (_current.Kind == TokenKind.OpenBracket)
            {
                Advance();
                if (ParseString("an attribute in quotes") is not { } key || !Expect(TokenKind.CloseBracket, "]"))
                {
                    return null;
                }

                target = Made(new Expr.Attribute(target, key, Span.Cover(start, _previous)));
                continue;
            }

            if (_current.Kind != TokenKind.Dot)
            {
                return target;
            }

            Advance();
            if (_current.Kind != TokenKind.Identifier)
            {
                return Unexpected<Expr>("an attribute or a method");
            }

            if (!NotReserved())
            {
                return null;
            }

            var (name, place) = (Word, _current.Span);
            Advance();
            if (_current.Kind == TokenKind.OpenParen)
            {
                target = ParseArguments() is { } arguments ? MethodCall(target, name, place, arguments, start) : null;
            }
            else
            {
                target = Made(new Expr.Attribute(target, name, Span.Cover(start, _previous)));
            }
        }

        return null;
    }

    private Expr? ParsePrimary()
    {
        var start = _current.Span;
        switch (_current.Kind)
        {
            case TokenKind.Integer:
                var digits = _current;
                Advance();
                return Integer(digits, isNegative: false, digits.Span);
            case TokenKind.String:
                return ParseString("a string") is { } text ? Made(new Expr.Literal(CedarValue.Of(text), start)) : null;
            case TokenKind.OpenParen:
                Advance();
                return ParseExpr() is { } inner && Expect(TokenKind.CloseParen, ")") ? inner : null;
            case TokenKind.OpenBracket:
                return ParseList(TokenKind.CloseBracket, "]") is { } elements ? Made(new Expr.SetLiteral(elements, Span.Cover(start, _previous))) : null;
            case TokenKind.OpenBrace:
                return ParseRecord();
            case TokenKind.Identifier:
                return ParseName();
            case TokenKind.Question:
                _bag.Add(DiagnosticCode.SlotNotAllowed, "a slot may stand in the scope only", start);
                return null;
            default:
                return Unexpected<Expr>("an expression");
        }
    }

    private Expr? ParseName()
    {
        var start = _current.Span;
        if (IsWord("true") || IsWord("false"))
        {
            var value = CedarValue.Of(IsWord("true"));
            Advance();
            return Made(new Expr.Literal(value, start));
        }

        if (IsWord("if"))
        {
            _bag.Add(DiagnosticCode.UnexpectedToken, "an if inside an expression needs parentheses", start);
            return null;
        }

        var (path, id) = ParsePathAndId();
        if (path is null)
        {
            return null;
        }

        var span = Span.Cover(start, _previous);
        if (id is not null)
        {
            return Made(new Expr.Literal(new EntityUid(path, id), span));
        }

        if (_current.Kind == TokenKind.OpenParen)
        {
            return ParseArguments() is { } arguments ? FunctionCall(path, span, arguments) : null;
        }

        var variable = path switch
        {
            "principal" => Variable.Principal,
            "action" => Variable.Action,
            "resource" => Variable.Resource,
            "context" => Variable.Context,
            _ => Variable.None,
        };
        if (variable == Variable.None)
        {
            _bag.Add(DiagnosticCode.UnknownVariable, $"{path} is no variable; there are principal, action, resource, context", span);
            return null;
        }

        return Made(new Expr.Var(variable, span));
    }

    private Expr? ParseRecord()
    {
        var start = _current.Span;
        Advance();
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, Expr>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_current.Kind != TokenKind.CloseBrace)
        {
            var place = _current.Span;
            string? name;
            if (_current.Kind == TokenKind.Identifier)
            {
                if (!NotReserved())
                {
                    return null;
                }

                name = Word;
                Advance();
            }
            else
            {
                name = ParseString("a name");
            }

            if (name is null || !Expect(TokenKind.Colon, ":") || ParseExpr() is not { } value)
            {
                return null;
            }

            if (!seen.Add(name))
            {
                _bag.Add(DiagnosticCode.DuplicateKey, $"the key {name} stands twice", place);
            }

            fields.Add(new(name, value));
            if (_current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        return Expect(TokenKind.CloseBrace, "}") ? Made(new Expr.RecordLiteral(fields.DrainToImmutable(), Span.Cover(start, _previous))) : null;
    }

    private ImmutableArray<Expr>? ParseArguments() => ParseList(TokenKind.CloseParen, ")");

    private ImmutableArray<Expr>? ParseList(TokenKind close, string closeText)
    {
        Advance();
        var elements = ImmutableArray.CreateBuilder<Expr>();
        while (_current.Kind != close)
        {
            if (ParseExpr() is not { } element)
            {
                return null;
            }

            elements.Add(element);
            if (_current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        return Expect(close, closeText) ? elements.DrainToImmutable() : null;
    }

    private Expr? MethodCall(Expr target, string name, Span place, ImmutableArray<Expr> arguments, Span start)
    {
        var span = Span.Cover(start, _previous);
        var op = Operators.Method(name);
        if (op != BinaryOperator.None || name is "isEmpty")
        {
            var expected = op == BinaryOperator.None ? 0 : 1;
            if (arguments.Length != expected)
            {
                _bag.Add(DiagnosticCode.WrongArgumentCount, $"{name} takes {(expected == 0 ? "no argument" : "one argument")}", place);
                return target;
            }

            return op == BinaryOperator.None ? Made(new Expr.IsEmpty(target, span)) : Made(new Expr.Binary(op, target, arguments[0], span));
        }

        if (ExtensionFunction.Find(name) is not { } function)
        {
            _bag.Add(DiagnosticCode.UnknownMethod, $"there is no method {name}", place);
            return target;
        }

        if (!function.IsMethod)
        {
            _bag.Add(DiagnosticCode.FunctionAsMethod, $"{name} is a function: {name}(..)", place);
            return target;
        }

        return Made(new Expr.ExtensionCall(function, [target, .. arguments], span));
    }

    private Expr? FunctionCall(string name, Span place, ImmutableArray<Expr> arguments)
    {
        var span = Span.Cover(place, _previous);
        var function = ExtensionFunction.Find(name);
        if (function is { IsMethod: false })
        {
            return Made(new Expr.ExtensionCall(function, arguments, span));
        }

        if (function is not null || Operators.Method(name) != BinaryOperator.None || name is "isEmpty")
        {
            _bag.Add(DiagnosticCode.MethodAsFunction, $"{name} is a method: a.{name}(..)", place);
        }
        else
        {
            _bag.Add(DiagnosticCode.UnknownFunction, $"there is no function {name}", place);
        }

        return new Expr.Literal(CedarBool.False, span);
    }

    private Expr? Integer(Token digits, bool isNegative, Span span)
    {
        Int128 value = 0;
        foreach (var c in _lexer.Text.AsSpan(digits.Span.Start, digits.Span.Length))
        {
            value = (value * 10) + (c - '0');
            if (value > (Int128)long.MaxValue + (isNegative ? 1 : 0))
            {
                _bag.Add(DiagnosticCode.IntegerTooLarge, "an integer has 64 bits with sign", digits.Span);
                return null;
            }
        }

        return Made(new Expr.Literal(CedarValue.Of((long)(isNegative ? -value : value)), span));
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
