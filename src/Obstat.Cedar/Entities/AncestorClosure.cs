using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>Computes who is in whom, transitively. Depth first, without recursion; refuses cycles and too many levels.</summary>
internal static class AncestorClosure
{
    public static Dictionary<EntityUid, EntityStore.Node> Compute(
        Dictionary<EntityUid, Entity> entities, Func<EntityUid, AncestorSet?> known, DiagnosticBag bag)
    {
        var done = new Dictionary<EntityUid, EntityStore.Node>(entities.Count);
        var levels = new Dictionary<EntityUid, int>(entities.Count);
        var path = new HashSet<EntityUid>();
        var open = new Stack<(Entity Entity, int NextParent)>();
        foreach (var root in entities.Values)
        {
            if (done.ContainsKey(root.Uid))
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
                    done.Add(entity.Uid, new(entity, Gather(entity, done, known)));
                    var level = 0;
                    foreach (var parent in entity.Parents)
                    {
                        level = Math.Max(level, 1 + levels.GetValueOrDefault(parent));
                    }

                    levels[entity.Uid] = level;
                    if (level > Limits.ParentLevelsMax)
                    {
                        bag.Add(DiagnosticCode.TooManyParentLevels, $"at most {Limits.ParentLevelsMax} levels of parents", default, entity.Uid.ToString());
                        return done;
                    }

                    continue;
                }

                open.Push((entity, next + 1));
                var above = entity.Parents[next];
                if (path.Contains(above))
                {
                    bag.Add(DiagnosticCode.ParentCycle, "an entity is in itself", default, above.ToString());
                    return done;
                }

                if (!done.ContainsKey(above) && entities.TryGetValue(above, out var parentEntity))
                {
                    open.Push((parentEntity, 0));
                    _ = path.Add(above);
                }
            }
        }

        return done;
    }

    private static AncestorSet Gather(Entity entity, Dictionary<EntityUid, EntityStore.Node> done, Func<EntityUid, AncestorSet?> known)
    {
        if (entity.Parents.IsEmpty)
        {
            return AncestorSet.None;
        }

        var all = new HashSet<EntityUid>();
        foreach (var parent in entity.Parents)
        {
            _ = all.Add(parent);
            all.UnionWith((done.TryGetValue(parent, out var node) ? node.Ancestors : known(parent) ?? AncestorSet.None).All);
        }

        return new(all);
    }
}
