using System.Collections.Immutable;

namespace Obstat.Cedar.Syntax;

/// <summary>What the grammars of policies and of schemas have in common: one token ahead, words, strings, annotations, complaints.</summary>
internal abstract class TokenParser
{
    private protected TokenParser(string text, DiagnosticBag bag, List<Span>? comments)
    {
        Bag = bag;
        Lexer = new(text, bag) { Comments = comments };
        Current = Lexer.Next();
    }

    private protected Lexer Lexer { get; }

    private protected DiagnosticBag Bag { get; }

    private protected Token Current { get; private set; }

    private protected Span Previous { get; private set; }

    private protected string Word => Lexer.Text.Substring(Current.Span.Start, Current.Span.Length);

    private protected bool IsWord(string word) =>
        Current.Kind == TokenKind.Identifier && Lexer.Text.AsSpan(Current.Span.Start, Current.Span.Length).SequenceEqual(word);

    private protected void Advance() => (Previous, Current) = (Current.Span, Lexer.Next());

    private protected bool Expect(TokenKind kind, string text)
    {
        if (Current.Kind != kind)
        {
            return Unexpected(text);
        }

        Advance();
        return true;
    }

    /// <summary>Complains, unless the lexer has complained about a bad token already.</summary>
    private protected bool Unexpected(string expected)
    {
        if (Current.Kind != TokenKind.Bad)
        {
            var got = Current.Kind == TokenKind.End ? "the end of the text" : Current.Span.Length > 40 ? Word[..40] + ".." : Word;
            Bag.Add(DiagnosticCode.UnexpectedToken, $"expected {expected}, got {got}", Current.Span);
        }

        return false;
    }

    private protected T? Unexpected<T>(string expected)
        where T : class
    {
        _ = Unexpected(expected);
        return null;
    }

    private protected string? ParseString(string expected)
    {
        if (Current.Kind != TokenKind.String)
        {
            return Unexpected<string>(expected);
        }

        var value = Lexer.Unquote(Current);
        Advance();
        return value;
    }

    private protected ImmutableArray<Annotation>? ParseAnnotations()
    {
        var annotations = ImmutableArray.CreateBuilder<Annotation>();
        while (Current.Kind == TokenKind.At)
        {
            var start = Current.Span;
            Advance();
            if (Current.Kind != TokenKind.Identifier)
            {
                _ = Unexpected("the name of an annotation");
                return null;
            }

            var name = Word;
            Advance();
            var value = "";
            if (Current.Kind == TokenKind.OpenParen)
            {
                Advance();
                if (ParseString("the value of an annotation") is not { } text || !Expect(TokenKind.CloseParen, ")"))
                {
                    return null;
                }

                value = text;
            }

            var span = Span.Cover(start, Previous);
            if (annotations.Any(a => string.Equals(a.Name, name, StringComparison.Ordinal)))
            {
                Bag.Add(DiagnosticCode.DuplicateAnnotation, $"@{name} stands twice", span);
            }

            annotations.Add(new(name, value, span));
        }

        return annotations.DrainToImmutable();
    }
}
