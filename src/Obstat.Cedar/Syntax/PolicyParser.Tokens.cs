using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>References, and the tokens that everything else is made of.</summary>
internal sealed partial class PolicyParser
{
    private EntityUid? ParseEntity()
    {
        var start = Current.Span;
        if (Current.Kind != TokenKind.Identifier)
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
            Bag.Add(DiagnosticCode.UnexpectedToken, "expected an entity such as Type::\"id\"", Span.Cover(start, Previous));
            return null;
        }

        return new(path, id);
    }

    private string? ParsePath()
    {
        var start = Current.Span;
        if (Current.Kind != TokenKind.Identifier)
        {
            return Unexpected<string>("a type");
        }

        var (path, id) = ParsePathAndId();
        if (path is not null && id is not null)
        {
            Bag.Add(DiagnosticCode.UnexpectedToken, "expected a type, not an entity", Span.Cover(start, Previous));
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
            if (Current.Kind == TokenKind.String && path.Length > 0)
            {
                return ParseString("an id") is { } id ? (path, id) : (null, null);
            }

            if (Current.Kind != TokenKind.Identifier)
            {
                _ = Unexpected("a name");
                return (null, null);
            }

            if (!NotReserved())
            {
                return (null, null);
            }

            path = path.Length == 0 ? Word : path + "::" + Word;
            Advance();
            if (Current.Kind != TokenKind.PathSeparator)
            {
                return (path, null);
            }

            if (path.Length > Limits.StringMax)
            {
                Bag.Add(DiagnosticCode.StringTooLong, $"a path is longer than {Limits.StringMax} units", Previous);
                return (null, null);
            }

            Advance();
        }
    }

    private bool NotReserved()
    {
        if (!Identifiers.IsReserved(Word))
        {
            return true;
        }

        Bag.Add(DiagnosticCode.ReservedWord, $"{Word} is a reserved word", Current.Span);
        return false;
    }

    /// <summary>Goes behind the next semicolon outside braces, unless the policy with the complaint was read to its end.</summary>
    private void Recover(bool isAtEnd)
    {
        while (!isAtEnd && Current.Kind != TokenKind.End)
        {
            isAtEnd = Current.Kind == TokenKind.Semicolon;
            Advance();
        }
    }
}
