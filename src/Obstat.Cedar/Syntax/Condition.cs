namespace Obstat.Cedar.Syntax;

/// <summary>One <c>when</c> or <c>unless</c> of a policy.</summary>
/// <param name="IsUnless">Whether the policy applies only if the body is false.</param>
/// <param name="Body">The expression.</param>
/// <param name="Span">Where the clause stands.</param>
public sealed record Condition(bool IsUnless, Expr Body, Span Span);
