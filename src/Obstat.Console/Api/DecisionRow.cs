namespace Obstat.Console.Api;

/// <summary>A decision in a list.</summary>
public sealed record DecisionRow
{
    /// <summary>Its entry.</summary>
    public required long Entry { get; init; }

    /// <summary>When, as the plane says.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Reason code; null: allowed.</summary>
    public required string? Reason { get; init; }

    /// <summary>Who asked; null where nobody was verified.</summary>
    public required string? Principal { get; init; }

    /// <summary>The pseudonym by which the ledger names who asked; null likewise.</summary>
    public required string? Pseudonym { get; init; }

    /// <summary>Wire name, as <c>mcp.tools/call</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Registered server; null where the request cannot be opened.</summary>
    public required string? Server { get; init; }

    /// <summary>Tool, prompt or URI; null where there is none or it cannot be opened.</summary>
    public required string? Name { get; init; }

    /// <summary>The key by which the tool is filtered; null where it cannot be.</summary>
    public required string? Tool { get; init; }

    /// <summary>Arguments on one line; null where the role may not see them, there are none, or they cannot be opened.</summary>
    public required string? Arguments { get; init; }

    /// <summary>Whether what was sealed cannot be opened any more.</summary>
    public required bool IsErased { get; init; }

    /// <summary>The enforcement point.</summary>
    public required string Point { get; init; }

    /// <summary>The execution.</summary>
    public required string Execution { get; init; }

    /// <summary>What became of it: the outcome's result or <c>orphaned</c>; null while open or refused.</summary>
    public required string? Result { get; init; }

    /// <summary>Where that stands.</summary>
    public required long? ResultEntry { get; init; }

    /// <summary>Whether it is under a signed head.</summary>
    public required ProofState Proof { get; init; }
}
