using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>A registered tool server.</summary>
/// <param name="Name">Its registered name.</param>
/// <param name="IsPinned">Whether anything of it was approved.</param>
/// <param name="Identity">What it is, as pinned: canonical JSON; null while nothing is pinned.</param>
/// <param name="Tools">Its approved tools, by name.</param>
public sealed record ServerView(string Name, bool IsPinned, string? Identity, ImmutableArray<ToolView> Tools);
