using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>Actions, the groups they are in, and what they apply to.</summary>
internal sealed partial class SchemaParser
{
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
                Bag.Add(DiagnosticCode.UnexpectedToken, "actions have no attributes", Previous);
                return false;
            }
        }

        if (!Expect(TokenKind.Semicolon, ";"))
        {
            return false;
        }

        foreach (var name in names)
        {
            target.Actions.Add(new(name, parents, appliesTo, annotations, Span.Cover(start, Previous)));
        }

        return true;
    }

    private ImmutableArray<ActionReference>? ParseActionReferences()
    {
        if (Current.Kind != TokenKind.OpenBracket)
        {
            return ParseActionReference() is { } one ? [one] : null;
        }

        Advance();
        if (Current.Kind == TokenKind.CloseBracket)
        {
            Advance();
            return [];
        }

        return ParseSeparated(ParseActionReference, TokenKind.CloseBracket) is { } many && Expect(TokenKind.CloseBracket, "]") ? many : null;
    }

    private ActionReference? ParseActionReference()
    {
        if (Current.Kind == TokenKind.String)
        {
            return ParseString("an action") is { } id ? new(null, id) : null;
        }

        if (ParseIdentifier("an action", isAnyWord: true) is not { } path)
        {
            return null;
        }

        while (Current.Kind == TokenKind.PathSeparator)
        {
            Advance();
            if (Current.Kind == TokenKind.String)
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
            return Unexpected<ActionReference>("the id of an action");
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
        while (Current.Kind != TokenKind.CloseBrace)
        {
            var (word, place) = (Current.Kind == TokenKind.Identifier ? Word : "", Current.Span);
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
                Bag.Add(DiagnosticCode.DuplicateDeclaration, $"{word} stands twice", place);
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

            if (Current.Kind != TokenKind.Comma)
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
            Bag.Add(DiagnosticCode.UnexpectedToken, "appliesTo names principal and resource", Previous);
            return null;
        }

        return new(principals.Value, resources.Value, context);
    }
}
