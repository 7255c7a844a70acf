using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Types, names, and the tokens that everything else is made of.</summary>
internal sealed partial class SchemaParser
{
    private TypeExpression? ParseType()
    {
        if (Current.Kind == TokenKind.OpenBrace)
        {
            return ParseRecord();
        }

        var start = Current.Span;
        if (ParsePath() is not { } path)
        {
            return null;
        }

        if (path != "Set" || Current.Kind != TokenKind.Less)
        {
            return new TypeExpression.Named(path, TypeNameKind.EntityOrCommon, Span.Cover(start, Previous));
        }

        Advance();
        if (!Deeper() || ParseType() is not { } element || !Expect(TokenKind.Greater, ">"))
        {
            return null;
        }

        _nesting--;
        return new TypeExpression.Set(element, Span.Cover(start, Previous));
    }

    private TypeExpression.Record? ParseRecord()
    {
        var start = Current.Span;
        if (!Expect(TokenKind.OpenBrace, "{") || !Deeper())
        {
            return null;
        }

        var fields = ImmutableArray.CreateBuilder<FieldDeclaration>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Current.Kind != TokenKind.CloseBrace)
        {
            if (ParseAnnotations() is not { } annotations)
            {
                return null;
            }

            var place = Current.Span;
            if (ParseName("the name of an attribute") is not { } name)
            {
                return null;
            }

            var isRequired = Current.Kind != TokenKind.Question;
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
                Bag.Add(DiagnosticCode.DuplicateKey, $"the attribute {name} stands twice", place);
            }

            fields.Add(new(name, type, isRequired, annotations));
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        _nesting--;
        return Expect(TokenKind.CloseBrace, "}") ? new(fields.DrainToImmutable(), Span.Cover(start, Previous)) : null;
    }

    private ImmutableArray<string>? ParsePathOrPaths()
    {
        if (Current.Kind != TokenKind.OpenBracket)
        {
            return ParsePath() is { } one ? [one] : null;
        }

        Advance();
        if (Current.Kind == TokenKind.CloseBracket)
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
            if (Current.Kind != TokenKind.Comma)
            {
                return items.DrainToImmutable();
            }

            Advance();
            if (close != TokenKind.End && Current.Kind == close)
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

        while (Current.Kind == TokenKind.PathSeparator)
        {
            Advance();
            if (ParseIdentifier("a name") is not { } next)
            {
                return null;
            }

            path += "::" + next;
            if (path.Length > Limits.StringMax)
            {
                Bag.Add(DiagnosticCode.StringTooLong, $"a path is longer than {Limits.StringMax} units", Previous);
                return null;
            }
        }

        if (path != "__cedar" && Identifiers.IsPath(path.StartsWith("__cedar::", StringComparison.Ordinal) ? path["__cedar::".Length..] : path))
        {
            return path;
        }

        Bag.Add(DiagnosticCode.ReservedWord, $"{path} holds a reserved word", Previous);
        return null;
    }

    private string? ParseName(string expected) => Current.Kind == TokenKind.String ? ParseString(expected) : ParseIdentifier(expected, isAnyWord: true);

    private string? ParseIdentifier(string expected, bool isAnyWord = false)
    {
        if (Current.Kind != TokenKind.Identifier)
        {
            _ = Unexpected(expected);
            return null;
        }

        var word = Word;
        if (!isAnyWord && Identifiers.IsReserved(word))
        {
            Bag.Add(DiagnosticCode.ReservedWord, $"{word} is a reserved word", Current.Span);
            return null;
        }

        Advance();
        return word;
    }

    private bool Deeper()
    {
        if (++_nesting <= Limits.NestingMax)
        {
            return true;
        }

        Bag.Add(DiagnosticCode.NestingTooDeep, $"at most {Limits.NestingMax} levels of nesting", Current.Span);
        return false;
    }

    private void Recover()
    {
        _nesting = 0;
        while (Current.Kind is not (TokenKind.End or TokenKind.Semicolon or TokenKind.CloseBrace))
        {
            Advance();
        }

        if (Current.Kind != TokenKind.End)
        {
            Advance();
        }
    }
}
