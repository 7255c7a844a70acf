using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>What stands between operators: names, literals, lists, calls, and what hangs on them by a point or a bracket.</summary>
internal sealed partial class PolicyParser
{
    private Expr? ParseMember(Expr? target)
    {
        var start = target?.Span ?? default;
        while (target is not null)
        {
            if (Current.Kind == TokenKind.OpenBracket)
            {
                Advance();
                if (ParseString("an attribute in quotes") is not { } key || !Expect(TokenKind.CloseBracket, "]"))
                {
                    return null;
                }

                target = Made(new Expr.Attribute(target, key, Span.Cover(start, Previous)));
                continue;
            }

            if (Current.Kind != TokenKind.Dot)
            {
                return target;
            }

            Advance();
            if (Current.Kind != TokenKind.Identifier)
            {
                return Unexpected<Expr>("an attribute or a method");
            }

            if (!NotReserved())
            {
                return null;
            }

            var (name, place) = (Word, Current.Span);
            Advance();
            if (Current.Kind == TokenKind.OpenParen)
            {
                target = ParseArguments() is { } arguments ? MethodCall(target, name, place, arguments, start) : null;
            }
            else
            {
                target = Made(new Expr.Attribute(target, name, Span.Cover(start, Previous)));
            }
        }

        return null;
    }

    private Expr? ParsePrimary()
    {
        var start = Current.Span;
        switch (Current.Kind)
        {
            case TokenKind.Integer:
                var digits = Current;
                Advance();
                return Integer(digits, isNegative: false, digits.Span);
            case TokenKind.String:
                return ParseString("a string") is { } text ? Made(new Expr.Literal(CedarValue.Of(text), start)) : null;
            case TokenKind.OpenParen:
                Advance();
                return ParseExpr() is { } inner && Expect(TokenKind.CloseParen, ")") ? inner : null;
            case TokenKind.OpenBracket:
                return ParseList(TokenKind.CloseBracket, "]") is { } elements ? Made(new Expr.SetLiteral(elements, Span.Cover(start, Previous))) : null;
            case TokenKind.OpenBrace:
                return ParseRecord();
            case TokenKind.Identifier:
                return ParseName();
            case TokenKind.Question:
                Bag.Add(DiagnosticCode.SlotNotAllowed, "a slot may stand in the scope only", start);
                return null;
            default:
                return Unexpected<Expr>("an expression");
        }
    }

    private Expr? ParseName()
    {
        var start = Current.Span;
        if (IsWord("true") || IsWord("false"))
        {
            var value = CedarValue.Of(IsWord("true"));
            Advance();
            return Made(new Expr.Literal(value, start));
        }

        if (IsWord("if"))
        {
            Bag.Add(DiagnosticCode.UnexpectedToken, "an if inside an expression needs parentheses", start);
            return null;
        }

        var (path, id) = ParsePathAndId();
        if (path is null)
        {
            return null;
        }

        var span = Span.Cover(start, Previous);
        if (id is not null)
        {
            return Made(new Expr.Literal(new EntityUid(path, id), span));
        }

        if (Current.Kind == TokenKind.OpenParen)
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
            Bag.Add(DiagnosticCode.UnknownVariable, $"{path} is no variable; there are principal, action, resource, context", span);
            return null;
        }

        return Made(new Expr.Var(variable, span));
    }

    private Expr? ParseRecord()
    {
        var start = Current.Span;
        Advance();
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, Expr>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Current.Kind != TokenKind.CloseBrace)
        {
            var place = Current.Span;
            string? name;
            if (Current.Kind == TokenKind.Identifier)
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
                Bag.Add(DiagnosticCode.DuplicateKey, $"the key {name} stands twice", place);
            }

            fields.Add(new(name, value));
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        return Expect(TokenKind.CloseBrace, "}") ? Made(new Expr.RecordLiteral(fields.DrainToImmutable(), Span.Cover(start, Previous))) : null;
    }

    private ImmutableArray<Expr>? ParseArguments() => ParseList(TokenKind.CloseParen, ")");

    private ImmutableArray<Expr>? ParseList(TokenKind close, string closeText)
    {
        Advance();
        var elements = ImmutableArray.CreateBuilder<Expr>();
        while (Current.Kind != close)
        {
            if (ParseExpr() is not { } element)
            {
                return null;
            }

            elements.Add(element);
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        return Expect(close, closeText) ? elements.DrainToImmutable() : null;
    }

    private Expr? MethodCall(Expr target, string name, Span place, ImmutableArray<Expr> arguments, Span start)
    {
        var span = Span.Cover(start, Previous);
        var op = Operators.Method(name);
        if (op != BinaryOperator.None || name is "isEmpty")
        {
            var expected = op == BinaryOperator.None ? 0 : 1;
            if (arguments.Length != expected)
            {
                Bag.Add(DiagnosticCode.WrongArgumentCount, $"{name} takes {(expected == 0 ? "no argument" : "one argument")}", place);
                return target;
            }

            return op == BinaryOperator.None ? Made(new Expr.IsEmpty(target, span)) : Made(new Expr.Binary(op, target, arguments[0], span));
        }

        if (ExtensionFunction.Find(name) is not { } function)
        {
            Bag.Add(DiagnosticCode.UnknownMethod, $"there is no method {name}", place);
            return target;
        }

        if (!function.IsMethod)
        {
            Bag.Add(DiagnosticCode.FunctionAsMethod, $"{name} is a function: {name}(..)", place);
            return target;
        }

        return Made(new Expr.ExtensionCall(function, [target, .. arguments], span));
    }

    private Expr? FunctionCall(string name, Span place, ImmutableArray<Expr> arguments)
    {
        var span = Span.Cover(place, Previous);
        var function = ExtensionFunction.Find(name);
        if (function is { IsMethod: false })
        {
            return Made(new Expr.ExtensionCall(function, arguments, span));
        }

        if (function is not null || Operators.Method(name) != BinaryOperator.None || name is "isEmpty")
        {
            Bag.Add(DiagnosticCode.MethodAsFunction, $"{name} is a method: a.{name}(..)", place);
        }
        else
        {
            Bag.Add(DiagnosticCode.UnknownFunction, $"there is no function {name}", place);
        }

        return new Expr.Literal(CedarBool.False, span);
    }

    private Expr? Integer(Token digits, bool isNegative, Span span)
    {
        Int128 value = 0;
        foreach (var c in Lexer.Text.AsSpan(digits.Span.Start, digits.Span.Length))
        {
            value = (value * 10) + (c - '0');
            if (value > (Int128)long.MaxValue + (isNegative ? 1 : 0))
            {
                Bag.Add(DiagnosticCode.IntegerTooLarge, "an integer has 64 bits with sign", digits.Span);
                return null;
            }
        }

        return Made(new Expr.Literal(CedarValue.Of((long)(isNegative ? -value : value)), span));
    }
}
