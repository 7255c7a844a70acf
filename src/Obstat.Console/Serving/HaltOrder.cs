using Microsoft.Extensions.Primitives;

namespace Obstat.Console.Serving;

/// <summary>A halt as somebody fills it in.</summary>
/// <param name="Kind">The scope's kind; empty where none was chosen.</param>
/// <param name="Value">The scope's value; <c>all</c> for everything.</param>
/// <param name="Reason">Why.</param>
public sealed record HaltOrder(string Kind, string Value, string Reason)
{
    private const int ReasonMax = 512;

    /// <summary>What can be halted here: its word, its title, what its value looks like.</summary>
    public static IReadOnlyList<(string Kind, string Title, string Example)> Kinds { get; } =
    [
        ("execution", "One execution and what it began", "id of an execution"),
        ("principal", "One person or agent", "Agent::local:uid:1000"),
        ("tool", "One tool, or all tools of a server", "server/tool, or server"),
        ("enforcement-point", "One enforcement point", "id of the point"),
        ("all", "Everything", ""),
    ];

    /// <summary>What can be halted, or revoked for ever: not everything at once.</summary>
    public static IEnumerable<(string Kind, string Title, string Example)> KindsOf(bool isForEver) => Kinds.Where(k => !isForEver || k.Kind != "all");

    /// <summary>What must be typed to confirm: the scope's own name.</summary>
    public string Name => Kind == "all" ? "ALL" : Value;

    /// <summary>What is missing; null where nothing is.</summary>
    public string? Wrong => Kinds.All(k => k.Kind != Kind) ? "Choose what is to be halted."
        : Value.Length == 0 ? "Say which one is to be halted."
        : Reason.Length is 0 or > ReasonMax ? $"Say why, in 1 to {ReasonMax} characters: it is recorded."
        : null;

    /// <summary>Whether nothing is missing.</summary>
    public bool IsWhole => Wrong is null;

    /// <summary>From a link or form; null where nothing of it is there.</summary>
    public static HaltOrder? Of(IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        var given = fields.ToDictionary(f => f.Key, f => f.Value.ToString().Trim(), StringComparer.Ordinal);
        string? Get(string name) => given.GetValueOrDefault(name);
        return Get("kind") is null && Get("value") is null && Get("reason") is null ? null : new(Get("kind") ?? "", Get("kind") == "all" ? "all" : Get("value") ?? "", Get("reason") ?? "");
    }
}
