using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What can be called.</summary>
/// <param name="Servers">The registered servers, by name.</param>
/// <param name="Unpinned">Newest refusals about a tool that nobody pinned or whose definition changed, at most 20.</param>
public sealed record ToolsView(ImmutableArray<ServerView> Servers, ImmutableArray<DecisionRow> Unpinned);
