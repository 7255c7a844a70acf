using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>One entity of a compiled store: a number, its facts, and the numbers of what it is in.</summary>
internal sealed class FastEntity(FastStore store, int index, EntityUid uid)
{
    /// <summary>The number that no compiled entity has: of entities that only a request names.</summary>
    public const int UnknownIndex = -1;

    public FastStore Store { get; } = store;

    public int Index { get; } = index;

    public EntityUid Uid { get; } = uid;

    public bool IsStored { get; set; }

    public bool IsPresent { get; set; }

    public CedarRecord Attributes { get; set; } = CedarRecord.Empty;

    public CedarRecord Tags { get; set; } = CedarRecord.Empty;

    /// <summary>The numbers of all ancestors, ascending.</summary>
    public int[] Ancestors { get; set; } = [];

    /// <summary>Whether it is the entity of that number, or in it.</summary>
    public bool IsIn(int index)
    {
        if (Index == index)
        {
            return index != UnknownIndex;
        }

        var ancestors = Ancestors;
        if (ancestors.Length <= 8)
        {
            foreach (var ancestor in ancestors)
            {
                if (ancestor == index)
                {
                    return true;
                }
            }

            return false;
        }

        return Array.BinarySearch(ancestors, index) >= 0;
    }
}
