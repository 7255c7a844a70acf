using Obstat.Console.Api;
using Obstat.Proof.Statements;

namespace Obstat.Server.Faces;

/// <summary>Executions that belong together, by what their signed entries say of their parents: never by time or order.</summary>
internal sealed class LineageFace(FaceRows rows)
{
    private const int NodesMax = 1_000;
    private const int DecisionsMax = 10_000;

    /// <summary>The executions that share a root with this one; null where no decision names it.</summary>
    public LineageView? Show(Desk desk, string execution, Role role)
    {
        if (desk.Index.OfExecution(execution, 1) is not [var first] || ReadEntry.Of(desk, first).Written?.Statement is not DecisionStatement { Request: var asked })
        {
            return null;
        }

        if (asked.Execution != execution)
        {
            throw new IndexLiesException(first);
        }

        // By the index these have one root; what is shown of each, its own entry says.
        var families = new Dictionary<string, List<ReadEntry>>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var place in desk.Index.OfRoot(asked.Root, DecisionsMax))
        {
            if (order.Count >= NodesMax)
            {
                break;
            }

            var read = ReadEntry.Of(desk, place);
            if (read.Written?.Statement is not DecisionStatement decision)
            {
                continue;
            }

            if (decision.Request.Root != asked.Root)
            {
                throw new IndexLiesException(place);
            }

            if (!families.TryGetValue(decision.Request.Execution, out var family))
            {
                families[decision.Request.Execution] = family = [];
                order.Add(decision.Request.Execution);
            }

            family.Add(read);
        }

        var total = Math.Max(desk.Index.CountOfRoot(asked.Root), order.Count);
        return new LineageView(execution, asked.Root, [.. order.Select(e => Node(desk, families[e], role))], total);
    }

    private LineageNode Node(Desk desk, List<ReadEntry> family, Role role)
    {
        var decision = (DecisionStatement)family[0].Written!.Statement;
        var events = family.SelectMany(f => desk.Index.LinksOf(f.Index)).Concat(family.Skip(1).Select(f => f.Index)).Distinct().Order().Select(i => ReadEntry.Of(desk, i)).ToArray();
        var outcome = events.Select(e => e.Written?.Statement).OfType<OutcomeStatement>().FirstOrDefault(o => o.Decision.Index == family[0].Index);
        return new LineageNode
        {
            Execution = decision.Request.Execution,
            Parent = decision.Request.Parent,
            Decision = rows.Row(desk, family[0], role),
            Policies = decision.Policies,
            Started = outcome?.Started?.Time,
            Ended = outcome?.Ended.Time,
            Events = [.. events.Select(e => EntryWords.Link(e, decision.Permit?.Jti))],
        };
    }
}
