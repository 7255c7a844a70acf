using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>References, and the tokens that everything else is made of.</summary>
internal sealed partial class PolicyParser
{
    private EntityUid? ParseEntity()
    {
        var start = _current.Span;
        if (_current.Kind != TokenKind.Identifier)
        {
            return Unexpected<EntityUid>("an entity such as Type::\"id\"");
        }

        var (path, id) = ParsePathAndId();
        if (path is null)
        {
            return null;
        }

        if (id is null)
        {
            _bag.Add(DiagnosticCode.UnexpectedToken, "expected an entity such as Type::\"id\"", Span.Cover(start, _previous));
            return null;
        }

        return new(path, id);
    }

    private string? ParsePath()
    {
        var start = _current.Span;
        if (_current.Kind != TokenKind.Identifier)
        {
            return Unexpected<string>("a type");
        }

        var (path, id) = ParsePathAndId();
        if (path is not null && id is not null)
        {
            _bag.Add(DiagnosticCode.UnexpectedToken, "expected a type, not an entity", Span.Cover(start, _previous));
            return null;
        }

        return path;
    }

    /// <summary>Reads <c>A::B</c> or <c>A::B::"id"</c>.</summary>
    private (string? Path, string? Id) ParsePathAndId()
    {
        var path = "";
        while (true)
        {
            if (_current.Kind == TokenKind.String && path.Length > 0)
            {
                return ParseString("an id") is { } id ? (path, id) : (null, null);
            }

            if (_current.Kind != TokenKind.Identifier)
            {
                Unexpected("a name");
                return (null, null);
            }

            if (!NotReserved())
            {
                return (null, null);
            }

            path = path.Length == 0 ? Word : path + "::" + Word;
            Advance();
            if (_current.Kind != TokenKind.PathSeparator)
            {
                return (path, null);
            }

            if (path.Length > Limits.StringMax)
            {
                _bag.Add(DiagnosticCode.StringTooLong, $"a path is longer than {Limits.StringMax} units", _previous);
                return (null, null);
            }

            Advance();
        }
    }

    private string? ParseString(string expected)
    {
        if (_current.Kind != TokenKind.String)
        {
            return Unexpected<string>(expected);
        }

        var value = _lexer.Unquote(_current);
        Advance();
        return value;
    }

    private string Word => _lexer.Text.Substring(_current.Span.Start, _current.Span.Length);

    private bool IsWord(string word) =>
        _current.Kind == TokenKind.Identifier && _lexer.Text.AsSpan(_current.Span.Start, _current.Span.Length).SequenceEqual(word);

    private bool NotReserved()
    {
        if (!Identifiers.IsReserved(Word))
        {
            return true;
        }

        _bag.Add(DiagnosticCode.ReservedWord, $"{Word} is a reserved word", _current.Span);
        return false;
    }

    private void Advance() => (_previous, _current) = (_current.Span, _lexer.Next());

    private bool Expect(TokenKind kind, string text)
    {
        if (_current.Kind != kind)
        {
            Unexpected(text);
            return false;
        }

        Advance();
        return true;
    }

    private T? Unexpected<T>(string expected)
        where T : class
    {
        Unexpected(expected);
        return null;
    }

    /// <summary>Goes behind the next semicolon outside braces, unless the policy with the complaint was read to its end.</summary>
    private void Recover(bool isAtEnd)
    {
        while (!isAtEnd && _current.Kind != TokenKind.End)
        {
            isAtEnd = _current.Kind == TokenKind.Semicolon;
            Advance();
        }
    }
}
