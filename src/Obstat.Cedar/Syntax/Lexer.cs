using System.Text;

namespace Obstat.Cedar.Syntax;

/// <summary>Cuts text into tokens, one at a time. Complains about what is no token, and goes on behind it.</summary>
internal sealed class Lexer(string text, DiagnosticBag diagnostics)
{
    private int _at;

    public string Text => text;

    /// <summary>Where comments are noted, if somebody wants them.</summary>
    public List<Span>? Comments { get; init; }

    public Token Next()
    {
        PassBlank();
        if (_at >= text.Length)
        {
            return new(TokenKind.End, new(text.Length, 0));
        }

        var start = _at;
        var c = text[_at++];
        var kind = c switch
        {
            _ when Identifiers.IsStart(c) => TakeWhile(TokenKind.Identifier, Identifiers.IsPart),
            _ when char.IsAsciiDigit(c) => TakeWhile(TokenKind.Integer, char.IsAsciiDigit),
            '"' => TakeString(start),
            '@' => TokenKind.At,
            '(' => TokenKind.OpenParen,
            ')' => TokenKind.CloseParen,
            '{' => TokenKind.OpenBrace,
            '}' => TokenKind.CloseBrace,
            '[' => TokenKind.OpenBracket,
            ']' => TokenKind.CloseBracket,
            ',' => TokenKind.Comma,
            ';' => TokenKind.Semicolon,
            ':' => Follow(':') ? TokenKind.PathSeparator : TokenKind.Colon,
            '.' => TokenKind.Dot,
            '?' => TokenKind.Question,
            '=' => Follow('=') ? TokenKind.Equal : TokenKind.Assign,
            '!' => Follow('=') ? TokenKind.NotEqual : TokenKind.Not,
            '<' => Follow('=') ? TokenKind.LessEqual : TokenKind.Less,
            '>' => Follow('=') ? TokenKind.GreaterEqual : TokenKind.Greater,
            '&' when Follow('&') => TokenKind.AndAnd,
            '|' when Follow('|') => TokenKind.OrOr,
            '+' => TokenKind.Plus,
            '-' => TokenKind.Minus,
            '*' => TokenKind.Star,
            '/' => TokenKind.Slash,
            '%' => TokenKind.Percent,
            _ => BadCharacter(start),
        };
        if (_at - start > Limits.StringMax + 2)
        {
            diagnostics.Add(DiagnosticCode.StringTooLong, $"an identifier or string is longer than {Limits.StringMax} units", new(start, _at - start));
            kind = TokenKind.Bad;
        }

        return new(kind, new(start, _at - start));
    }

    /// <summary>The value of a string token, or nothing after a complaint about an escape.</summary>
    public string? Unquote(Token token)
    {
        var raw = text.AsSpan(token.Span.Start + 1, token.Span.Length - 2);
        if (raw.IndexOf('\\') < 0)
        {
            return Checked(raw.ToString(), token);
        }

        var value = new StringBuilder(raw.Length);
        var bad = Quoting.Unescape(raw, value, null);
        if (bad >= 0)
        {
            diagnostics.Add(DiagnosticCode.InvalidEscape, "not an escape of this language", new(token.Span.Start + 1 + bad, 2));
            return null;
        }

        return Checked(value.ToString(), token);
    }

    /// <summary>The pattern in a string token, or nothing after a complaint about an escape.</summary>
    public Pattern? UnquotePattern(Token token)
    {
        var parts = new List<string?>();
        var literal = new StringBuilder();
        var bad = Quoting.Unescape(text.AsSpan(token.Span.Start + 1, token.Span.Length - 2), literal, () =>
        {
            if (literal.Length > 0)
            {
                parts.Add(literal.ToString());
                _ = literal.Clear();
            }

            parts.Add(null);
        });
        if (bad >= 0)
        {
            diagnostics.Add(DiagnosticCode.InvalidEscape, "not an escape of a pattern", new(token.Span.Start + 1 + bad, 2));
            return null;
        }

        if (literal.Length > 0)
        {
            parts.Add(literal.ToString());
        }

        if (parts.Any(p => p is not null && !Quoting.IsScalarText(p)))
        {
            diagnostics.Add(DiagnosticCode.InvalidCharacter, "a lone surrogate", token.Span);
            return null;
        }

        return new(parts);
    }

    private string? Checked(string value, Token token)
    {
        if (Quoting.IsScalarText(value))
        {
            return value;
        }

        diagnostics.Add(DiagnosticCode.InvalidCharacter, "a lone surrogate", token.Span);
        return null;
    }

    private void PassBlank()
    {
        while (_at < text.Length)
        {
            if (char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
            else if (text[_at] == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
            {
                var start = _at;
                var end = text.AsSpan(_at).IndexOfAny('\n', '\r');
                _at = end < 0 ? text.Length : _at + end;
                Comments?.Add(new(start, _at - start));
            }
            else
            {
                return;
            }
        }
    }

    private TokenKind TakeWhile(TokenKind kind, Func<char, bool> isPart)
    {
        while (_at < text.Length && isPart(text[_at]))
        {
            _at++;
        }

        return kind;
    }

    private TokenKind TakeString(int start)
    {
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == '"')
            {
                _at++;
                return TokenKind.String;
            }

            if (text[_at] == '\\')
            {
                _at++;
            }
        }

        _at = text.Length;
        diagnostics.Add(DiagnosticCode.UnterminatedString, "a string has no closing quote", new(start, 1));
        return TokenKind.Bad;
    }

    private bool Follow(char expected)
    {
        if (_at < text.Length && text[_at] == expected)
        {
            _at++;
            return true;
        }

        return false;
    }

    private TokenKind BadCharacter(int start)
    {
        if (char.IsHighSurrogate(text[start]) && _at < text.Length && char.IsLowSurrogate(text[_at]))
        {
            _at++;
        }

        diagnostics.Add(DiagnosticCode.InvalidCharacter, "this character begins no token", new(start, _at - start));
        return TokenKind.Bad;
    }
}
