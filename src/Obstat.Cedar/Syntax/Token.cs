namespace Obstat.Cedar.Syntax;

/// <summary>The kinds of tokens, of policies and of schemas.</summary>
internal enum TokenKind
{
    End = 0,
    Bad,
    Identifier,
    Integer,
    String,
    At,
    OpenParen,
    CloseParen,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Semicolon,
    Colon,
    PathSeparator,
    Dot,
    Question,
    Assign,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    AndAnd,
    OrOr,
    Not,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
}

/// <summary>One token: its kind and its place.</summary>
internal readonly record struct Token(TokenKind Kind, Span Span);
