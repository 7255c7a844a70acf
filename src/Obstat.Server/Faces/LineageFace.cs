using Obstat.Console.Api;
using Obstat.Core.Lineage;
using Obstat.Proof.Statements;
using Obstat.Storage;

namespace Obstat.Server.Faces;

/// <summary>Executions that belong together, by what their signed entries say of their parents: never by time or order.</summary>
internal sealed class LineageFace(FaceRows rows, string origin)
{
    private const int NodesMax = 1_000;
    private const int DecisionsMax = 10_000;

    /// <summary>The executions that share a root with this one; null where no decision names it.</summary>
    public LineageView? Show(Desk desk, string execution, Role role)
        => Family(desk, execution) is var (root, families) ? new LineageView(execution, root, [.. families.Select(f => Node(desk, f, role))], Math.Max(desk.Index.CountOfRoot(root), families.Count)) : null;

    /// <summary>The same as PROV-JSON or OpenLineage run events. What is not what was signed has no lineage: it throws.</summary>
    public string? Export(Desk desk, string execution, bool isProv)
    {
        if (Family(desk, execution) is not var (_, families))
        {
            return null;
        }

        var entries = families.SelectMany(f => f).SelectMany(read => desk.Index.LinksOf(read.Index).Select(i => ReadEntry.Of(desk, i)).Prepend(read)).DistinctBy(read => read.Index)
            .Select(read => read is { Written: { } written, Proof.State: not ProofState.Failed }
                ? new LineageEntry(read.Index, written.Statement, written.Digest)
                : throw new LedgerUnavailableException(FormattableString.Invariant($"entry {read.Index} is not what was signed: {read.Proof.Detail}")))
            .ToArray();
        return isProv ? ProvDocument.Of(origin, entries).ToString() : string.Concat(OpenLineageEvents.Of(origin, entries).Select(e => e + "\n"));
    }

    private static (string Root, List<List<ReadEntry>> Families)? Family(Desk desk, string execution)
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
        var order = new List<List<ReadEntry>>();
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
                order.Add(family);
            }

            family.Add(read);
        }

        return (asked.Root, order);
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
