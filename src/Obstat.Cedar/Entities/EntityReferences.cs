using Obstat.Cedar.Values;

namespace Obstat.Cedar.Entities;

/// <summary>Finds the entities that a value names.</summary>
public static class EntityReferences
{
    /// <summary>Adds every entity that the value is or holds.</summary>
    public static void Collect(CedarValue value, ICollection<EntityUid> found)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(found);
        switch (value)
        {
            case EntityUid uid:
                found.Add(uid);
                break;
            case CedarSet set:
                foreach (var element in set.Elements)
                {
                    Collect(element, found);
                }

                break;
            case CedarRecord record:
                foreach (var element in record.Values)
                {
                    Collect(element, found);
                }

                break;
            default:
                break;
        }
    }
}
