using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Formatting;

/// <summary>Lays out the tokens of policies that are known to be well formed. Every token and every comment goes in, once.</summary>
internal sealed class Layout
{
    private readonly string _text;
    private readonly List<(Token Token, List<string> Before, string? Behind)> _tokens = [];
    private int _at;

    public Layout(string text)
    {
        _text = text;
        var comments = new List<Span>();
        var lexer = new Lexer(text, new()) { Comments = comments };
        var before = new List<string>();
        while (true)
        {
            var known = comments.Count;
            var token = lexer.Next();
            for (var i = known; i < comments.Count; i++)
            {
                var comment = text.Substring(comments[i].Start, comments[i].Length).TrimEnd();
                var isBehind = _tokens.Count > 0 && before.Count == 0 && _tokens[^1].Behind is null
                    && text.AsSpan(_tokens[^1].Token.Span.End, comments[i].Start - _tokens[^1].Token.Span.End).IndexOfAny('\n', '\r') < 0;
                if (isBehind)
                {
                    _tokens[^1] = (_tokens[^1].Token, _tokens[^1].Before, comment);
                }
                else
                {
                    before.Add(comment);
                }
            }

            _tokens.Add((token, before, null));
            before = [];
            if (token.Kind == TokenKind.End)
            {
                return;
            }
        }
    }

    public Doc Policies()
    {
        var parts = new List<Doc>();
        while (Kind != TokenKind.End)
        {
            if (parts.Count > 0)
            {
                parts.Add(Doc.HardLine);
                parts.Add(Doc.Of(BlankLine));
                parts.Add(Doc.HardLine);
            }

            parts.Add(Policy());
        }

        parts.Add(Doc.HardLine);
        foreach (var comment in _tokens[_at].Before)
        {
            parts.Add(Doc.Of(comment));
            parts.Add(Doc.HardLine);
        }

        return Doc.Of([.. parts]);
    }

    /// <summary>Stands for an empty line while laying out.</summary>
    public const string BlankLine = "\u0001";

    private TokenKind Kind => _tokens[_at].Token.Kind;

    private string Word => _text.Substring(_tokens[_at].Token.Span.Start, _tokens[_at].Token.Span.Length);

    private bool IsWord(string word) => Kind == TokenKind.Identifier && Word == word;

    private Doc Take(string prefix = "", string suffix = "")
    {
        var (_, before, behind) = _tokens[_at];
        var word = Doc.Of(prefix + Word + suffix);
        _at++;
        if (before.Count == 0 && behind is null)
        {
            return word;
        }

        var parts = new List<Doc>();
        foreach (var comment in before)
        {
            parts.Add(Doc.Of(" " + comment));
            parts.Add(Doc.HardLine);
        }

        parts.Add(word);
        if (behind is not null)
        {
            parts.Add(Doc.Of(" " + behind));
            parts.Add(Doc.HardLine);
        }

        return Doc.Of([.. parts]);
    }

    private Doc Policy()
    {
        var parts = new List<Doc>();
        while (Kind == TokenKind.At)
        {
            parts.Add(Take());
            parts.Add(Take());
            if (Kind == TokenKind.OpenParen)
            {
                parts.Add(Doc.Of(Take(), Take(), Take()));
            }

            parts.Add(Doc.HardLine);
        }

        parts.Add(Take(suffix: " "));
        parts.Add(Scope());
        while (Kind != TokenKind.Semicolon)
        {
            parts.Add(Doc.HardLine);
            parts.Add(Doc.Group(Take(), Doc.Line, Doc.Group(Take(), Doc.Nest(2, Doc.Line, Expr()), Doc.Line, Take())));
        }

        parts.Add(Take());
        return Doc.Of([.. parts]);
    }

    private Doc Scope()
    {
        var open = Take();
        var isPlain = true;
        var parts = new List<Doc>();
        while (Kind != TokenKind.CloseParen)
        {
            var item = Take();
            if (Kind is not (TokenKind.Comma or TokenKind.CloseParen))
            {
                isPlain = false;
                item = Constraint(item);
            }

            parts.Add(item);
            if (Kind == TokenKind.Comma)
            {
                parts.Add(Take());
                if (Kind != TokenKind.CloseParen)
                {
                    parts.Add(Doc.Line);
                }
            }
        }

        // Three bare variables stand on one line, anything else on three.
        return isPlain
            ? Doc.Group(open, Doc.Of([.. parts]), Take())
            : Doc.Of(open, Doc.Nest(2, [Doc.HardLine, .. parts.Select(p => ReferenceEquals(p, Doc.Line) ? Doc.HardLine : p)]), Doc.HardLine, Take());
    }

    private Doc Constraint(Doc variable)
    {
        var isType = IsWord("is");
        var head = Doc.Of(variable, Take(prefix: " "));
        if (!isType)
        {
            return Doc.Group(head, Doc.Nest(2, Doc.Line, Primary()));
        }

        var type = Path();
        if (!IsWord("in"))
        {
            return Doc.Group(head, Doc.Nest(2, Doc.Line, type));
        }

        return Doc.Group(Doc.Group(Doc.Group(head, Doc.Nest(2, Doc.Line, type)), Doc.Line, Take()), Doc.Nest(2, Doc.Line, Primary()));
    }

    private Doc Disjunction(bool isGroup) => Chain(TokenKind.OrOr, () => Chain(TokenKind.AndAnd, Relation, isGroup: isGroup), isGroup: isGroup);

    private Doc Expr(bool isGroup = true)
    {
        if (!IsWord("if"))
        {
            return isGroup ? Doc.Group(Disjunction(isGroup: true)) : Disjunction(isGroup: false);
        }

        return Doc.Group(
            Take(), Doc.Nest(2, Doc.Line, Expr()), Doc.Line, Take(), Doc.Nest(2, Doc.Line, Expr()), Doc.Line, Take(), Doc.Nest(2, Doc.Line, Expr()));
    }

    private Doc Chain(TokenKind op, Func<Doc> operand, TokenKind otherOp = TokenKind.Bad, bool isGroup = true)
    {
        var first = operand();
        if (Kind != op && Kind != otherOp)
        {
            return isGroup || op == TokenKind.OrOr ? first : Doc.Group(first);
        }

        var parts = new List<Doc> { first };
        while (Kind == op || Kind == otherOp)
        {
            parts.Add(Take(prefix: " "));
            parts.Add(Doc.Line);
            parts.Add(operand());
        }

        return isGroup ? Doc.Group([.. parts]) : Doc.Of([.. parts]);
    }

    private Doc Relation()
    {
        var left = Sum();
        if (IsWord("has") || IsWord("like"))
        {
            var op = Take();
            return Doc.Group(left, Doc.Line, op, Doc.Line, Sum());
        }

        if (IsWord("is"))
        {
            var op = Take();
            var type = Path();
            return IsWord("in")
                ? Doc.Of(left, Doc.Of(" "), op, Doc.Of(" "), type, Take(prefix: " ", suffix: " "), Sum())
                : Doc.Of(left, Doc.Of(" "), op, Doc.Of(" "), type);
        }

        return Operators.Relation(Kind) != BinaryOperator.None || IsWord("in") ? Doc.Of(left, Take(prefix: " ", suffix: " "), Sum()) : left;
    }

    private Doc Sum() => Chain(TokenKind.Plus, () => Chain(TokenKind.Star, Unary), TokenKind.Minus);

    private Doc Unary()
    {
        var signs = new List<Doc>();
        while (Kind is TokenKind.Not or TokenKind.Minus)
        {
            signs.Add(Take());
        }

        var operand = Member();
        return signs.Count == 0 ? operand : Doc.Of([.. signs, operand]);
    }

    private Doc Member()
    {
        var target = Primary();
        if (Kind is not (TokenKind.Dot or TokenKind.OpenBracket))
        {
            return target;
        }

        var accesses = new List<Doc>();
        while (Kind is TokenKind.Dot or TokenKind.OpenBracket)
        {
            if (Kind == TokenKind.OpenBracket)
            {
                accesses.Add(Doc.Of(Take(), Take(), Take()));
                continue;
            }

            accesses.Add(Doc.Of(Take(), Take()));
            if (Kind == TokenKind.OpenParen)
            {
                accesses.Add(Doc.SoftLine);
                accesses.Add(Arguments());
            }
        }

        return Doc.Of(target, Doc.Nest(2, [.. accesses]));
    }

    private Doc Arguments()
    {
        var open = Take();
        return Kind == TokenKind.CloseParen ? Doc.Of(open, Take()) : Doc.Of(open, Doc.Nest(2, Doc.SoftLine, Items(TokenKind.CloseParen, isGroup: false)), Doc.SoftLine, Take());
    }

    private Doc Items(TokenKind close, bool isGroup = true)
    {
        var parts = new List<Doc>();
        while (Kind != close)
        {
            parts.Add(Expr(isGroup));
            if (Kind == TokenKind.Comma)
            {
                parts.Add(Comma(close));
            }
        }

        return Doc.Of([.. parts]);
    }

    private Doc Comma(TokenKind close)
    {
        var comma = Take();
        return Kind == close ? comma : Doc.Of(comma, Doc.Line);
    }

    private Doc Primary()
    {
        switch (Kind)
        {
            case TokenKind.OpenParen:
                return Doc.Of(Take(), Doc.Nest(1, Expr()), Take());
            case TokenKind.OpenBracket:
                return Doc.Of(Take(), Doc.Nest(1, Items(TokenKind.CloseBracket)), Take());
            case TokenKind.OpenBrace:
                return Record();
            case TokenKind.Identifier:
                var path = Path();
                return Kind == TokenKind.OpenParen ? Doc.Of(path, Doc.Nest(2, Arguments())) : path;
            case TokenKind.Question:
                return Doc.Of(Take(), Take());
            default:
                return Take();
        }
    }

    private Doc Record()
    {
        var open = Take();
        if (Kind == TokenKind.CloseBrace)
        {
            return Doc.Of(open, Take());
        }

        var parts = new List<Doc> { Doc.Line };
        while (Kind != TokenKind.CloseBrace)
        {
            parts.Add(Doc.Of(Take(), Take(suffix: " "), Expr()));
            if (Kind == TokenKind.Comma)
            {
                parts.Add(Comma(TokenKind.CloseBrace));
            }
        }

        return Doc.Group(open, Doc.Nest(2, [.. parts]), Doc.Line, Take());
    }

    private Doc Path()
    {
        var parts = new List<Doc> { Take() };
        while (Kind == TokenKind.PathSeparator)
        {
            parts.Add(Take());
            parts.Add(Take());
        }

        return parts.Count == 1 ? parts[0] : Doc.Of([.. parts]);
    }
}
