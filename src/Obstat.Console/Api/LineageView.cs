using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>Executions that belong together. Edges are <see cref="LineageNode.Parent"/>: what signed entries say, never time or order.</summary>
/// <param name="Execution">The one that was asked for.</param>
/// <param name="Root">The one that began it all.</param>
/// <param name="Nodes">By the ledger, at most 1,000.</param>
/// <param name="Total">How many there are.</param>
public sealed record LineageView(string Execution, string Root, ImmutableArray<LineageNode> Nodes, long Total);
