namespace Obstat.Cedar.Syntax;

/// <summary>Operators and built-in methods of two operands. Zero is none.</summary>
public enum BinaryOperator
{
    None = 0,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Contains,
    ContainsAll,
    ContainsAny,
    HasTag,
    GetTag,
}
