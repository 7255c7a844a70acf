using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Reads the text form of schemas. After a complaint it goes on behind the next semicolon or brace.</summary>
internal sealed partial class SchemaParser : TokenParser
{
    private int _nesting;

    private SchemaParser(string text, DiagnosticBag bag)
        : base(text, bag, comments: null)
    {
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
        while (parser.Current.Kind != TokenKind.End && bag.Count < Limits.DiagnosticsMax)
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
        while (Current.Kind is not (TokenKind.CloseBrace or TokenKind.End) && Bag.Count < Limits.DiagnosticsMax)
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
        var start = Current.Span;
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

        target.CommonTypes.Add(new(name, type, annotations, Span.Cover(start, Previous)));
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

            if (Current.Kind == TokenKind.Assign)
            {
                Advance();
                if (Current.Kind != TokenKind.OpenBrace)
                {
                    return Unexpected("{");
                }
            }

            if (Current.Kind == TokenKind.OpenBrace && (shape = ParseRecord()) is null)
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
            target.Entities.Add(new(name, parents, shape, tags, ids, annotations, Span.Cover(start, Previous)));
        }

        return true;
    }

    private ImmutableArray<string>? ParseIds()
    {
        var ids = ImmutableArray.CreateBuilder<string>();
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (ParseString("an id in quotes") is not { } id)
            {
                return null;
            }

            ids.Add(id);
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        if (ids.Count == 0)
        {
            Bag.Add(DiagnosticCode.EmptyEnum, "an enumerated entity type lists one id at least", Current.Span);
            return null;
        }

        return Expect(TokenKind.CloseBracket, "]") ? ids.DrainToImmutable() : null;
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
