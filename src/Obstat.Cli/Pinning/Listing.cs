using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cli.Mcp;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;
using Obstat.Settings;

namespace Obstat.Cli.Pinning;

/// <summary>The tools that a server lists now, checked as far as a pin must be.</summary>
internal sealed record Listing(ImmutableArray<JsonValue> Tools)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks the server. Refused: no answer, no tool, a name twice, a name that may not be.</summary>
    public static async Task<(Listing? Listing, string? Reason)> ReadAsync(UpstreamSettings upstream, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var server = McpServer.Open(upstream);
            await using (server.ConfigureAwait(false))
            {
                var tools = await server.ListToolsAsync(patience.Token).ConfigureAwait(false);
                var names = tools.Select(t => t["name"]?.AsString).ToImmutableArray();
                return names.FirstOrDefault(n => !PinStatement.IsToolName(n)) is { } bad ? (null, $"it has a tool named \"{Shown.Of(bad, 64)}\": names have 1 to 128 of A-Z a-z 0-9 _ . -")
                    : names.Contains(null) ? (null, "it has a tool without a name")
                    : names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice ? (null, $"it lists {twice} twice")
                    : names.IsEmpty ? (null, "it has no tool")
                    : (new Listing(tools), null);
            }
        }
        catch (McpFailureException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, FormattableString.Invariant($"it did not answer within {Patience.TotalSeconds:0} s"));
        }
    }

    /// <summary>Chooses tools by name.</summary>
    public bool TryChoose(string approve, out ImmutableArray<JsonValue> chosen, [NotNullWhen(false)] out string? unknown)
    {
        unknown = null;
        if (approve == "all")
        {
            chosen = Tools;
            return true;
        }

        var names = approve.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        chosen = [.. Tools.Where(t => names.Contains(t["name"]!.AsString, StringComparer.Ordinal))];
        unknown = names.FirstOrDefault(n => Tools.All(t => t["name"]!.AsString != n));
        return unknown is null;
    }

    /// <summary>What an operator looks at before approving. What the server says of itself is shown as such and decides nothing.</summary>
    public Table ToTable(PinStatement? pin, ServerIdentity identity)
    {
        var table = new Table("TOOL", "PIN", "SERVER SAYS", "DESCRIPTION");
        foreach (var tool in Tools)
        {
            var hints = tool["annotations"];
            var says = string.Join(' ', new[] { ("readOnlyHint", "read-only"), ("destructiveHint", "destructive"), ("idempotentHint", "idempotent"), ("openWorldHint", "open-world") }
                .Where(h => hints?[h.Item1]?.AsBoolean == true).Select(h => h.Item2));
            var name = tool["name"]!.AsString!;
            var pinned = pin?.Tools.FirstOrDefault(t => t.Name == name);
            table.Add(name, pinned is null ? "none" : pinned.Hash == ToolHash.Of(identity, tool) ? "same" : "CHANGED", says.Length == 0 ? "-" : says, (tool["description"]?.AsString ?? "").Split('\n')[0]);
        }

        return table;
    }
}
