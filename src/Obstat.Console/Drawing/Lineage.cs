using System.Collections.Immutable;
using Obstat.Console.Api;

namespace Obstat.Console.Drawing;

/// <summary>Executions as what began what. Edges are the parents that signed entries name, nothing else; a parent that is not among them stays an open end.</summary>
public sealed class Lineage
{
    /// <summary>Nodes that a drawing has at most.</summary>
    public const int DrawnMax = 300;

    private readonly ImmutableDictionary<string, LineageNode> _byId;
    private readonly ILookup<string, LineageNode> _children;

    private Lineage(LineageView view)
    {
        View = view;
        _byId = view.Nodes.GroupBy(n => n.Execution, StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _children = _byId.Values.Where(n => n.Parent is not null).OrderBy(n => n.Decision.Entry).ToLookup(n => n.Parent!, StringComparer.Ordinal);
        Roots = [.. _byId.Values.Where(n => n.Parent is null || !_byId.ContainsKey(n.Parent)).OrderBy(n => n.Decision.Entry)];
    }

    /// <summary>As it was answered.</summary>
    public LineageView View { get; }

    /// <summary>Those that nothing known began, by the ledger.</summary>
    public ImmutableArray<LineageNode> Roots { get; }

    /// <summary>Whether some lead back to themselves: an error of the data, shown as one.</summary>
    public bool HasCycle => Walk().Count < _byId.Count;

    /// <summary>The lineage of an answer.</summary>
    public static Lineage Of(LineageView view) => new(view);

    /// <summary>What one began.</summary>
    public IEnumerable<LineageNode> ChildrenOf(LineageNode node) => _children[node.Execution];

    /// <summary>Whether one names a parent that is not here.</summary>
    public bool IsUnresolved(LineageNode node) => node.Parent is { } parent && !_byId.ContainsKey(parent);

    /// <summary>Every node once, parents first, with its depth.</summary>
    public ImmutableArray<(LineageNode Node, int Depth)> Rows() => [.. Walk().OrderBy(w => w.Value.Place).Select(w => (w.Key, w.Value.Depth))];

    /// <summary>The nodes nearest to one, at most <see cref="DrawnMax"/>.</summary>
    public ImmutableArray<LineageNode> Near(string execution)
    {
        if (!_byId.TryGetValue(execution, out var start))
        {
            return [.. _byId.Values.OrderBy(n => n.Decision.Entry).Take(DrawnMax)];
        }

        var (near, next) = (new HashSet<LineageNode> { start }, new Queue<LineageNode>([start]));
        while (near.Count < DrawnMax && next.TryDequeue(out var node))
        {
            var around = ChildrenOf(node).ToList();
            if (node.Parent is { } parent && _byId.TryGetValue(parent, out var up))
            {
                around.Insert(0, up);
            }

            foreach (var other in around.Where(o => near.Count < DrawnMax && near.Add(o)))
            {
                next.Enqueue(other);
            }
        }

        return [.. near.OrderBy(n => n.Decision.Entry)];
    }

    /// <summary>These executions as nodes of a drawing, with a stub for each parent that is not here; a stub's id begins with a question mark.</summary>
    public IEnumerable<GraphNode> Drawn(ImmutableArray<LineageNode> near)
        => near.Select(n => new GraphNode(n.Execution, n.Decision.Entry, n.Parent is null ? [] : IsUnresolved(n) ? [$"?{n.Parent}"] : [n.Parent]))
            .Concat(near.Where(IsUnresolved).Select(n => n.Parent!).Distinct().Select(p => new GraphNode($"?{p}", 0, [])));

    private Dictionary<LineageNode, (int Place, int Depth)> Walk()
    {
        var seen = new Dictionary<LineageNode, (int, int)>();
        var open = new Stack<(LineageNode Node, int Depth)>(Roots.Reverse().Select(r => (r, 0)));
        while (open.TryPop(out var at))
        {
            if (seen.TryAdd(at.Node, (seen.Count, at.Depth)))
            {
                foreach (var child in ChildrenOf(at.Node).Reverse())
                {
                    open.Push((child, at.Depth + 1));
                }
            }
        }

        return seen;
    }
}
