using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Core.Identities;
using Obstat.Proof.Reasons;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>The registered servers with the tools that an operator approved, and who asked for others.</summary>
internal sealed class ToolsFace(FaceSources plane, FaceRows rows, Sealed opened)
{
    private const int UnpinnedMax = 20;
    private static readonly string Broken = DenyReason.AttestationBroken.ToCode();

    /// <summary>All of them.</summary>
    public ToolsView Show(Desk desk, Role role)
    {
        var snapshot = plane.Snapshots.Current.Snapshot;
        var broken = desk.Index.NewestByTool(Broken);
        var filter = new DecisionFilter { Reason = Broken };
        return new ToolsView(
            [.. snapshot.Trust.Servers.Values.Select(server => new ServerView(server.Name, server.IsPinned, server.Identity?.ToString(), [.. server.Tools.Values.Select(tool => View(desk, server, tool, broken))]))],
            rows.Rows(desk, desk.Index.Decisions(filter, null, UnpinnedMax), filter, role));
    }

    private ToolView View(Desk desk, PinnedServer server, PinnedTool tool, ImmutableDictionary<string, long> broken)
    {
        var key = opened.ToolKey(server.Name, tool.Name);
        var (allows, denials) = desk.Index.CountOf(DecisionFacet.Tool, key);
        var classes = plane.Snapshots.Current.Snapshot.Law.Settings.ClassesOf(server.Name, tool.Name).Keys;
        return new ToolView(
            tool.Name, key, tool.ToolHash.ToHex(), classes.Any() ? string.Join(", ", classes) : null, tool.Tool["description"]?.AsString, tool.Tool.ToString(), allows + denials, denials,
            broken.TryGetValue(key, out var entry) ? entry : null);
    }
}
