using System.Collections.Immutable;
using Obstat.Console.Api;

namespace Obstat.Server.Faces;

/// <summary>Two executions side by side: a step on the one side is that step on the other which asks for the same, under the same parent, in the same place among those that do.</summary>
internal static class CompareFace
{
    /// <summary>The comparison.</summary>
    public static CompareView Of(LineageView a, LineageView b)
    {
        var steps = ImmutableArray.CreateBuilder<CompareStep>();
        Walk(steps, 0, [.. Start(a)], [.. Start(b)], Children(a), Children(b), new HashSet<string>(StringComparer.Ordinal));
        var same = steps.TakeWhile(s => s.Difference is null).Count();
        return new CompareView(a, b, steps.DrainToImmutable(), same);
    }

    private static IEnumerable<LineageNode> Start(LineageView view) => view.Nodes.Where(n => n.Execution == view.Execution).Take(1);

    private static ILookup<string, LineageNode> Children(LineageView view) => view.Nodes.Where(n => n.Parent is not null && n.Parent != n.Execution).OrderBy(n => n.Decision.Entry).ToLookup(n => n.Parent!, StringComparer.Ordinal);

    private static void Walk(
        ImmutableArray<CompareStep>.Builder steps, int depth, LineageNode[] a, LineageNode[] b, ILookup<string, LineageNode> underA, ILookup<string, LineageNode> underB, HashSet<string> seen)
    {
        foreach (var (one, other) in Aligned(a, b))
        {
            // A cycle is an error of the data; each execution stands once.
            if ((one is not null && !seen.Add("a " + one.Execution)) || (other is not null && !seen.Add("b " + other.Execution)))
            {
                continue;
            }

            steps.Add(new CompareStep(depth, Asked(one ?? other!), one?.Execution, other?.Execution, Difference(one, other, depth)));
            Walk(steps, depth + 1, one is null ? [] : [.. underA[one.Execution]], other is null ? [] : [.. underB[other.Execution]], underA, underB, seen);
        }
    }

    /// <summary>In the order of the first side; what only the other has comes where it stands there, after what was aligned before it.</summary>
    private static IEnumerable<(LineageNode? A, LineageNode? B)> Aligned(LineageNode[] a, LineageNode[] b)
    {
        if (a is [var start] && b is [var other] && Asked(start) != Asked(other))
        {
            yield return (start, other);
            yield break;
        }

        var waiting = b.ToList();
        foreach (var one in a)
        {
            var at = waiting.FindIndex(w => Asked(w) == Asked(one));
            if (at < 0)
            {
                yield return (one, null);
                continue;
            }

            foreach (var only in waiting.Take(at).Where(w => !a.Any(n => Asked(n) == Asked(w))).ToArray())
            {
                _ = waiting.Remove(only);
                at--;
                yield return (null, only);
            }

            var found = waiting[at];
            waiting.RemoveAt(at);
            yield return (one, found);
        }

        foreach (var only in waiting)
        {
            yield return (null, only);
        }
    }

    private static string Asked(LineageNode node) => string.Join(' ', new[] { node.Decision.Action, node.Decision.Server, node.Decision.Name }.OfType<string>());

    private static string? Difference(LineageNode? a, LineageNode? b, int depth)
        => a is null ? "only in the second" : b is null ? "only in the first"
            : depth == 0 && Asked(a) != Asked(b) ? $"{Asked(a)} against {Asked(b)}"
            : a.Decision.Reason != b.Decision.Reason ? $"{Verdict(a)} against {Verdict(b)}"
            : a.Decision.Result != b.Decision.Result ? $"{a.Decision.Result ?? "no outcome"} against {b.Decision.Result ?? "no outcome"}"
            : null;

    private static string Verdict(LineageNode node) => node.Decision.Reason ?? "allowed";
}
