using System.Collections.Immutable;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>Computes who is in whom, transitively. Depth first, without recursion; refuses cycles and too many levels.</summary>
internal sealed class AncestorClosure
{
    private readonly Dictionary<EntityUid, EntityStore.Node> _done;
    private readonly Dictionary<ImmutableArray<EntityUid>, AncestorSet> _shared = new(SameSequence<EntityUid>.Default);
    private readonly Func<EntityUid, AncestorSet?> _known;

    private AncestorClosure(int count, Func<EntityUid, AncestorSet?> known) => (_done, _known) = (new(count), known);

    /// <summary>The entities with their ancestors; <paramref name="known"/> are those of entities that are not among them.</summary>
    public static Dictionary<EntityUid, EntityStore.Node> Compute(Dictionary<EntityUid, Entity> entities, Func<EntityUid, AncestorSet?> known, DiagnosticBag bag)
    {
        var closure = new AncestorClosure(entities.Count, known);
        closure.Walk(entities, bag);
        return closure._done;
    }

    private void Walk(Dictionary<EntityUid, Entity> entities, DiagnosticBag bag)
    {
        var path = new HashSet<EntityUid>();
        var open = new Stack<(Entity Entity, int NextParent)>();
        foreach (var root in entities.Values)
        {
            if (_done.ContainsKey(root.Uid))
            {
                continue;
            }

            open.Push((root, 0));
            _ = path.Add(root.Uid);
            while (open.TryPop(out var frame))
            {
                var (entity, next) = frame;
                if (next == entity.Parents.Length)
                {
                    _ = path.Remove(entity.Uid);
                    var ancestors = Gather(entity.Parents);
                    if (ancestors.Levels > Limits.ParentLevelsMax)
                    {
                        bag.Add(DiagnosticCode.TooManyParentLevels, $"at most {Limits.ParentLevelsMax} levels of parents", default, entity.Uid.ToString());
                        return;
                    }

                    _done.Add(entity.Uid, new(entity, ancestors));
                    continue;
                }

                open.Push((entity, next + 1));
                var above = entity.Parents[next];
                if (path.Contains(above))
                {
                    bag.Add(DiagnosticCode.ParentCycle, "an entity is in itself", default, above.ToString());
                    return;
                }

                if (!_done.ContainsKey(above) && entities.TryGetValue(above, out var parentEntity))
                {
                    open.Push((parentEntity, 0));
                    _ = path.Add(above);
                }
            }
        }
    }

    private AncestorSet Gather(ImmutableArray<EntityUid> parents)
    {
        if (parents.IsEmpty)
        {
            return AncestorSet.None;
        }

        if (_shared.TryGetValue(parents, out var same))
        {
            return same;
        }

        var all = new HashSet<EntityUid>();
        var levels = 0;
        foreach (var parent in parents)
        {
            var above = _done.TryGetValue(parent, out var node) ? node.Ancestors : _known(parent) ?? AncestorSet.None;
            _ = all.Add(parent);
            all.UnionWith(above.All);
            levels = Math.Max(levels, above.Levels + 1);
        }

        var gathered = new AncestorSet(all, levels);
        _shared.Add(parents, gathered);
        return gathered;
    }
}
