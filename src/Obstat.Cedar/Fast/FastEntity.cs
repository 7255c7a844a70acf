using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>One entity as compiled policies see it: its number, its facts, and the numbers of what it is in. Immutable.</summary>
internal sealed class FastEntity
{
    private readonly AncestorSet _all;
    private readonly int[] _ancestors;
    private ScopeIndex? _policies;

    /// <summary>An entity with its facts, or one of which nothing is stored.</summary>
    public FastEntity(FastStore store, EntityUid uid, EntityStore.Node? node)
    {
        var names = store.Policies.Names;
        (Store, Number, Uid) = (store, names.NumberOf(uid), names.Rebuild(uid));
        (IsStored, IsPresent) = (node is not null, node is not null || store.Source.IsFactFree(uid.Type));
        (Attributes, Tags) = (names.Rebuild(node?.Entity.Attributes ?? CedarRecord.Empty), names.Rebuild(node?.Entity.Tags ?? CedarRecord.Empty));
        _all = node?.Ancestors ?? AncestorSet.None;
        _ancestors = names.NumbersOf(_all.All);
        Uid.Slot = this;
    }

    public FastStore Store { get; }

    public int Number { get; }

    public EntityUid Uid { get; }

    public bool IsStored { get; }

    public bool IsPresent { get; }

    public CedarRecord Attributes { get; }

    public CedarRecord Tags { get; }

    /// <summary>The numbers of those ancestors that policies name, ascending.</summary>
    public int[] Ancestors => _ancestors;

    /// <summary>The policies that can speak of it as an action.</summary>
    public ScopeIndex Policies => _policies ??= Store.Policies.IndexOf(this);

    /// <summary>Whether it is the entity of that number, or in it.</summary>
    public bool IsIn(int number)
    {
        if (Number == number)
        {
            return true;
        }

        var ancestors = _ancestors;
        if (ancestors.Length <= 8)
        {
            foreach (var ancestor in ancestors)
            {
                if (ancestor == number)
                {
                    return true;
                }
            }

            return false;
        }

        return Array.BinarySearch(ancestors, number) >= 0;
    }

    /// <summary>Whether it is that entity, or in it.</summary>
    public bool IsIn(EntityUid uid) => Uid.Equals(uid) || _all.Contains(uid);
}
