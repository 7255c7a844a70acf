namespace Obstat.Storage.Indexing;

/// <summary>Which decisions are asked for; what is null does not narrow.</summary>
public sealed record DecisionFilter
{
    /// <summary>Every decision.</summary>
    public static DecisionFilter All { get; } = new();

    /// <summary>True: only allows; false: only denials.</summary>
    public bool? Allowed { get; init; }

    /// <summary>Only denials with this code.</summary>
    public string? Reason { get; init; }

    /// <summary>Only this wire name, as <c>mcp.tools/call</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Only this principal, by its pseudonym.</summary>
    public string? Principal { get; init; }

    /// <summary>Only this tool, by its key.</summary>
    public string? Tool { get; init; }

    /// <summary>Only this enforcement point, by its id.</summary>
    public string? Point { get; init; }

    /// <summary>Not before, UTC, to the millisecond.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before, UTC, to the millisecond.</summary>
    public DateTimeOffset? To { get; init; }
}
