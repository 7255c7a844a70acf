using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Types, names, and the tokens that everything else is made of.</summary>
internal sealed partial class SchemaParser
{
    private TypeExpression? ParseType()
    {
        if (_current.Kind == TokenKind.OpenBrace)
        {
            return ParseRecord();
        }

        var start = _current.Span;
        if (ParsePath() is not { } path)
        {
            return null;
        }

        if (path != "Set" || _current.Kind != TokenKind.Less)
        {
            return new TypeExpression.Named(path, TypeNameKind.EntityOrCommon, Span.Cover(start, _previous));
        }

        Advance();
        if (!Deeper() || ParseType() is not { } element || !Expect(TokenKind.Greater, ">"))
        {
            return null;
        }

        _nesting--;
        return new TypeExpression.Set(element, Span.Cover(start, _previous));
    }

    private TypeExpression.Record? ParseRecord()
    {
        var start = _current.Span;
        if (!Expect(TokenKind.OpenBrace, "{") || !Deeper())
        {
            return null;
        }

        var fields = ImmutableArray.CreateBuilder<FieldDeclaration>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_current.Kind != TokenKind.CloseBrace)
        {
            if (ParseAnnotations() is not { } annotations)
            {
                return null;
            }

            var place = _current.Span;
            if (ParseName("the name of an attribute") is not { } name)
            {
                return null;
            }

            var isRequired = _current.Kind != TokenKind.Question;
            if (!isRequired)
            {
                Advance();
            }

            if (!Expect(TokenKind.Colon, ":") || ParseType() is not { } type)
            {
                return null;
            }

            if (!seen.Add(name))
            {
                _bag.Add(DiagnosticCode.DuplicateKey, $"the attribute {name} stands twice", place);
            }

            fields.Add(new(name, type, isRequired, annotations));
            if (_current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        _nesting--;
        return Expect(TokenKind.CloseBrace, "}") ? new(fields.DrainToImmutable(), Span.Cover(start, _previous)) : null;
    }

    private ImmutableArray<Annotation>? ParseAnnotations()
    {
        var annotations = ImmutableArray.CreateBuilder<Annotation>();
        while (_current.Kind == TokenKind.At)
        {
            var start = _current.Span;
            Advance();
            if (ParseIdentifier("the name of an annotation", isAnyWord: true) is not { } name)
            {
                return null;
            }

            var value = "";
            if (_current.Kind == TokenKind.OpenParen)
            {
                Advance();
                if (ParseString("the value of an annotation") is not { } text || !Expect(TokenKind.CloseParen, ")"))
                {
                    return null;
                }

                value = text;
            }

            var span = Span.Cover(start, _previous);
            if (annotations.Any(a => string.Equals(a.Name, name, StringComparison.Ordinal)))
            {
                _bag.Add(DiagnosticCode.DuplicateAnnotation, $"@{name} stands twice", span);
            }

            annotations.Add(new(name, value, span));
        }

        return annotations.DrainToImmutable();
    }

    private ImmutableArray<string>? ParsePathOrPaths()
    {
        if (_current.Kind != TokenKind.OpenBracket)
        {
            return ParsePath() is { } one ? [one] : null;
        }

        Advance();
        if (_current.Kind == TokenKind.CloseBracket)
        {
            Advance();
            return [];
        }

        return ParseSeparated(ParsePath, TokenKind.CloseBracket) is { } many && Expect(TokenKind.CloseBracket, "]") ? many : null;
    }

    /// <summary>One or more items between commas; a comma may stand before the closing token.</summary>
    private ImmutableArray<T>? ParseSeparated<T>(Func<T?> parse, TokenKind close = TokenKind.End)
        where T : class
    {
        var items = ImmutableArray.CreateBuilder<T>();
        while (true)
        {
            if (parse() is not { } item)
            {
                return null;
            }

            items.Add(item);
            if (_current.Kind != TokenKind.Comma)
            {
                return items.DrainToImmutable();
            }

            Advance();
            if (close != TokenKind.End && _current.Kind == close)
            {
                return items.DrainToImmutable();
            }
        }
    }

    private string? ParsePath()
    {
        if (ParseIdentifier("a type", isAnyWord: true) is not { } path)
        {
            return null;
        }

        while (_current.Kind == TokenKind.PathSeparator)
        {
            Advance();
            if (ParseIdentifier("a name") is not { } next)
            {
                return null;
            }

            path += "::" + next;
            if (path.Length > Limits.StringMax)
            {
                _bag.Add(DiagnosticCode.StringTooLong, $"a path is longer than {Limits.StringMax} units", _previous);
                return null;
            }
        }

        if (path != "__cedar" && Identifiers.IsPath(path.StartsWith("__cedar::", StringComparison.Ordinal) ? path["__cedar::".Length..] : path))
        {
            return path;
        }

        _bag.Add(DiagnosticCode.ReservedWord, $"{path} holds a reserved word", _previous);
        return null;
    }

    private string? ParseName(string expected) => _current.Kind == TokenKind.String ? ParseString(expected) : ParseIdentifier(expected, isAnyWord: true);

    private string? ParseIdentifier(string expected, bool isAnyWord = false)
    {
        if (_current.Kind != TokenKind.Identifier)
        {
            _ = Unexpected(expected);
            return null;
        }

        var word = Word;
        if (!isAnyWord && Identifiers.IsReserved(word))
        {
            _bag.Add(DiagnosticCode.ReservedWord, $"{word} is a reserved word", _current.Span);
            return null;
        }

        Advance();
        return word;
    }

    private string? ParseString(string expected)
    {
        if (_current.Kind != TokenKind.String)
        {
            _ = Unexpected(expected);
            return null;
        }

        var value = _lexer.Unquote(_current);
        Advance();
        return value;
    }

    private string Word => _lexer.Text.Substring(_current.Span.Start, _current.Span.Length);

    private bool IsWord(string word) =>
        _current.Kind == TokenKind.Identifier && _lexer.Text.AsSpan(_current.Span.Start, _current.Span.Length).SequenceEqual(word);

    private void Advance() => (_previous, _current) = (_current.Span, _lexer.Next());

    private bool Deeper()
    {
        if (++_nesting <= Limits.NestingMax)
        {
            return true;
        }

        _bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", _current.Span);
        return false;
    }

    private bool Expect(TokenKind kind, string text)
    {
        if (_current.Kind != kind)
        {
            return Unexpected(text);
        }

        Advance();
        return true;
    }

    private bool Unexpected(string expected)
    {
        if (_current.Kind != TokenKind.Bad)
        {
            var got = _current.Kind == TokenKind.End ? "the end of the text" : _current.Span.Length > 40 ? Word[..40] + ".." : Word;
            _bag.Add(DiagnosticCode.UnexpectedToken, $"expected {expected}, got {got}", _current.Span);
        }

        return false;
    }

    private void Recover()
    {
        _nesting = 0;
        while (_current.Kind is not (TokenKind.End or TokenKind.Semicolon or TokenKind.CloseBrace))
        {
            Advance();
        }

        if (_current.Kind != TokenKind.End)
        {
            Advance();
        }
    }
}
