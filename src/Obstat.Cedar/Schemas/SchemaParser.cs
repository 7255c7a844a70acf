using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Reads the text form of schemas. After a complaint it goes on behind the next semicolon or brace.</summary>
internal sealed partial class SchemaParser
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
