using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Reads the text form of schemas. After a complaint it goes on behind the next semicolon or brace.</summary>
internal sealed class SchemaParser
{
    private readonly Lexer _lexer;
    private readonly DiagnosticBag _bag;
    private Token _current;
    private Span _previous;
    private int _nesting;

    private SchemaParser(string text, DiagnosticBag bag)
    {
        _bag = bag;
        _lexer = new(text, bag);
        _current = _lexer.Next();
    }

    public static SchemaFragment Parse(string text, DiagnosticBag bag)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Limits.SchemaTextMax)
        {
            bag.Add(DiagnosticCode.TextTooLarge, $"a schema text has at most {Limits.SchemaTextMax} units");
            return new([]);
        }

        var parser = new SchemaParser(text, bag);
        var namespaces = new List<NamespaceFragment>();
        var outside = new Declarations();
        while (parser._current.Kind != TokenKind.End && bag.Count < Limits.DiagnosticsMax)
        {
            if (parser.ParseAnnotations() is not { } annotations)
            {
                parser.Recover();
            }
            else if (parser.IsWord("namespace"))
            {
                if (parser.ParseNamespace(annotations) is { } named)
                {
                    namespaces.Add(named);
                }
                else
                {
                    parser.Recover();
                }
            }
            else if (!parser.ParseDeclaration(annotations, outside))
            {
                parser.Recover();
            }
        }

        if (!outside.IsEmpty)
        {
            namespaces.Insert(0, outside.ToFragment("", []));
        }

        return new(namespaces);
    }

    private NamespaceFragment? ParseNamespace(ImmutableArray<Annotation> annotations)
    {
        Advance();
        if (ParsePath() is not { } name || !Expect(TokenKind.OpenBrace, "{"))
        {
            return null;
        }

        var inside = new Declarations();
        while (_current.Kind is not (TokenKind.CloseBrace or TokenKind.End) && _bag.Count < Limits.DiagnosticsMax)
        {
            if (ParseAnnotations() is not { } own || !ParseDeclaration(own, inside))
            {
                Recover();
            }
        }

        return Expect(TokenKind.CloseBrace, "}") ? inside.ToFragment(name, annotations) : null;
    }

    private bool ParseDeclaration(ImmutableArray<Annotation> annotations, Declarations target)
    {
        var start = _current.Span;
        if (IsWord("entity"))
        {
            Advance();
            return ParseEntity(annotations, target, start);
        }

        if (IsWord("action"))
        {
            Advance();
            return ParseAction(annotations, target, start);
        }

        if (!IsWord("type"))
        {
            return Unexpected("entity, action, type or namespace");
        }

        Advance();
        if (ParseIdentifier("the name of a type") is not { } name || !Expect(TokenKind.Assign, "=") || ParseType() is not { } type || !Expect(TokenKind.Semicolon, ";"))
        {
            return false;
        }

        target.CommonTypes.Add(new(name, type, annotations, Span.Cover(start, _previous)));
        return true;
    }

    private bool ParseEntity(ImmutableArray<Annotation> annotations, Declarations target, Span start)
    {
        if (ParseSeparated(() => ParseIdentifier("the name of an entity type")) is not { } names)
        {
            return false;
        }

        ImmutableArray<string> parents = [];
        ImmutableArray<string> ids = default;
        TypeExpression? shape = null;
        TypeExpression? tags = null;
        if (IsWord("enum"))
        {
            Advance();
            if (!Expect(TokenKind.OpenBracket, "[") || ParseIds() is not { } listed)
            {
                return false;
            }

            ids = listed;
        }
        else
        {
            if (IsWord("in"))
            {
                Advance();
                if (ParsePathOrPaths() is not { } paths)
                {
                    return false;
                }

                parents = paths;
            }

            if (_current.Kind == TokenKind.Assign)
            {
                Advance();
                if (_current.Kind != TokenKind.OpenBrace)
                {
                    return Unexpected("{");
                }
            }

            if (_current.Kind == TokenKind.OpenBrace && (shape = ParseRecord()) is null)
            {
                return false;
            }

            if (IsWord("tags"))
            {
                Advance();
                if ((tags = ParseType()) is null)
                {
                    return false;
                }
            }
        }

        if (!Expect(TokenKind.Semicolon, ";"))
        {
            return false;
        }

        foreach (var name in names)
        {
            target.Entities.Add(new(name, parents, shape, tags, ids, annotations, Span.Cover(start, _previous)));
        }

        return true;
    }

    private ImmutableArray<string>? ParseIds()
    {
        var ids = ImmutableArray.CreateBuilder<string>();
        while (_current.Kind != TokenKind.CloseBracket)
        {
            if (ParseString("an id in quotes") is not { } id)
            {
                return null;
            }

            ids.Add(id);
            if (_current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        if (ids.Count == 0)
        {
            _bag.Add(DiagnosticCode.EmptyEnum, "an enumerated entity type lists one id at least", _current.Span);
            return null;
        }

        return Expect(TokenKind.CloseBracket, "]") ? ids.DrainToImmutable() : null;
    }

    private bool ParseAction(ImmutableArray<Annotation> annotations, Declarations target, Span start)
    {
        if (ParseSeparated(() => ParseName("the name of an action")) is not { } names)
        {
            return false;
        }

        var parents = ImmutableArray<ActionReference>.Empty;
        if (IsWord("in"))
        {
            Advance();
            if (ParseActionReferences() is not { } references)
            {
                return false;
            }

            parents = references;
        }

        AppliesTo? appliesTo = null;
        if (IsWord("appliesTo"))
        {
            Advance();
            if ((appliesTo = ParseAppliesTo()) is null)
            {
                return false;
            }
        }

        if (IsWord("attributes"))
        {
            Advance();
            if (ParseRecord() is not TypeExpression.Record { Fields.IsEmpty: true } record)
            {
                _bag.Add(DiagnosticCode.UnexpectedToken, "actions have no attributes", _previous);
                return false;
            }
        }

        if (!Expect(TokenKind.Semicolon, ";"))
        {
            return false;
        }

        foreach (var name in names)
        {
            target.Actions.Add(new(name, parents, appliesTo, annotations, Span.Cover(start, _previous)));
        }

        return true;
    }

    private ImmutableArray<ActionReference>? ParseActionReferences()
    {
        if (_current.Kind != TokenKind.OpenBracket)
        {
            return ParseActionReference() is { } one ? [one] : null;
        }

        Advance();
        if (_current.Kind == TokenKind.CloseBracket)
        {
            Advance();
            return [];
        }

        return ParseSeparated(ParseActionReference, TokenKind.CloseBracket) is { } many && Expect(TokenKind.CloseBracket, "]") ? many : null;
    }

    private ActionReference? ParseActionReference()
    {
        if (_current.Kind == TokenKind.String)
        {
            return ParseString("an action") is { } id ? new(null, id) : null;
        }

        if (ParseIdentifier("an action", isAnyWord: true) is not { } path)
        {
            return null;
        }

        while (_current.Kind == TokenKind.PathSeparator)
        {
            Advance();
            if (_current.Kind == TokenKind.String)
            {
                return ParseString("an id") is { } id ? new(path, id) : null;
            }

            if (ParseIdentifier("an action") is not { } next)
            {
                return null;
            }

            path += "::" + next;
        }

        if (path.Contains("::", StringComparison.Ordinal))
        {
            return Unexpected("the id of an action") ? null : null;
        }

        return new(null, path);
    }

    private AppliesTo? ParseAppliesTo()
    {
        if (!Expect(TokenKind.OpenBrace, "{"))
        {
            return null;
        }

        ImmutableArray<string>? principals = null;
        ImmutableArray<string>? resources = null;
        TypeExpression? context = null;
        while (_current.Kind != TokenKind.CloseBrace)
        {
            var (word, place) = (_current.Kind == TokenKind.Identifier ? Word : "", _current.Span);
            if (word is not ("principal" or "resource" or "context"))
            {
                _ = Unexpected("principal, resource or context");
                return null;
            }

            Advance();
            if (!Expect(TokenKind.Colon, ":"))
            {
                return null;
            }

            if (word switch { "principal" => principals is not null, "resource" => resources is not null, _ => context is not null })
            {
                _bag.Add(DiagnosticCode.DuplicateDeclaration, $"{word} stands twice", place);
                return null;
            }

            if (word == "context")
            {
                if ((context = ParseType()) is null)
                {
                    return null;
                }
            }
            else if (ParsePathOrPaths() is not { } paths)
            {
                return null;
            }
            else if (word == "principal")
            {
                principals = paths;
            }
            else
            {
                resources = paths;
            }

            if (_current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        if (!Expect(TokenKind.CloseBrace, "}"))
        {
            return null;
        }

        if (principals is null || resources is null)
        {
            _bag.Add(DiagnosticCode.UnexpectedToken, "appliesTo names principal and resource", _previous);
            return null;
        }

        return new(principals.Value, resources.Value, context);
    }

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

    private sealed class Declarations
    {
        public List<AliasDeclaration> CommonTypes { get; } = [];

        public List<EntityDeclaration> Entities { get; } = [];

        public List<ActionSyntax> Actions { get; } = [];

        public bool IsEmpty => CommonTypes.Count + Entities.Count + Actions.Count == 0;

        public NamespaceFragment ToFragment(string name, ImmutableArray<Annotation> annotations) =>
            new(name, [.. CommonTypes], [.. Entities], [.. Actions], annotations);
    }
}
