using System.Collections.Immutable;
using Obstat.Gateway.Methods;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;

namespace Obstat.Gateway.Sessions;

/// <summary>
/// The tools of a server as it lists them now, each with its digest. Members of <c>_meta</c> are neither pinned nor shown: what nobody approved reaches nobody.
/// </summary>
internal sealed class Listing
{
    /// <summary>Tools of one server, at most.</summary>
    public const int ToolsMax = 4096;

    private readonly ImmutableDictionary<string, (JsonValue Tool, Digest Hash)> _tools;
    private readonly ImmutableArray<string> _order;

    private Listing(ImmutableDictionary<string, (JsonValue, Digest)> tools, ImmutableArray<string> order) => (_tools, _order) = (tools, order);

    /// <summary>
    /// Reads the tools of all pages. A tool without a proper name is left out; of a name that occurs twice nothing is taken, because nobody knows which one would run.
    /// </summary>
    /// <param name="server">What the server is to its pins.</param>
    /// <param name="tools">Tool objects in the server's order.</param>
    public static Listing Of(ServerIdentity server, IEnumerable<JsonValue> tools)
    {
        var known = ImmutableDictionary.CreateBuilder<string, (JsonValue, Digest)>(StringComparer.Ordinal);
        var order = ImmutableArray.CreateBuilder<string>();
        var twice = new HashSet<string>(StringComparer.Ordinal);
        foreach (var listed in tools.Take(ToolsMax))
        {
            var tool = ToolHash.Pinned(listed);
            if (!PinStatement.IsToolName(tool["name"]?.AsString))
            {
                continue;
            }

            var name = tool["name"]!.AsString!;
            if (!known.TryAdd(name, (tool, ToolHash.Of(server, tool))))
            {
                _ = twice.Add(name);
                continue;
            }

            order.Add(name);
        }

        known.RemoveRange(twice);
        return new Listing(known.ToImmutable(), [.. order.Where(known.ContainsKey)]);
    }

    /// <summary>The digest of one tool; null where the server lists none of that name.</summary>
    public Digest? HashOf(string name) => _tools.TryGetValue(name, out var tool) ? tool.Hash : null;

    /// <summary>The arguments of a tool that stand in headers too; null where it is not listed, or asks for improper ones.</summary>
    public ParameterHeaders? HeadersOf(string name) => _tools.TryGetValue(name, out var tool) ? ParameterHeaders.Of(tool.Tool["inputSchema"]) : null;

    /// <summary>The tools that may be shown: visible to the caller, and today exactly what was approved.</summary>
    /// <param name="visible">Names that the caller may know of.</param>
    /// <param name="pins">Approved digests by name.</param>
    public JsonValue Shown(ImmutableArray<string> visible, IReadOnlyDictionary<string, Digest> pins)
        => JsonValue.Array(_order.Where(name => visible.Contains(name) && pins.TryGetValue(name, out var pin) && pin == _tools[name].Hash).Select(name => _tools[name].Tool));
}
