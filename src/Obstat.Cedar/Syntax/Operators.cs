namespace Obstat.Cedar.Syntax;

/// <summary>How operators are written, and how tightly they bind.</summary>
internal static class Operators
{
    public static string Text(BinaryOperator op) => op switch
    {
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterEqual => ">=",
        BinaryOperator.In => "in",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Contains => "contains",
        BinaryOperator.ContainsAll => "containsAll",
        BinaryOperator.ContainsAny => "containsAny",
        BinaryOperator.HasTag => "hasTag",
        BinaryOperator.GetTag => "getTag",
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    public static bool IsMethod(BinaryOperator op) => op >= BinaryOperator.Contains;

    public static BinaryOperator Relation(TokenKind kind) => kind switch
    {
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessEqual => BinaryOperator.LessEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterEqual => BinaryOperator.GreaterEqual,
        _ => BinaryOperator.None,
    };

    public static BinaryOperator Method(string name) => name switch
    {
        "contains" => BinaryOperator.Contains,
        "containsAll" => BinaryOperator.ContainsAll,
        "containsAny" => BinaryOperator.ContainsAny,
        "hasTag" => BinaryOperator.HasTag,
        "getTag" => BinaryOperator.GetTag,
        _ => BinaryOperator.None,
    };
}
