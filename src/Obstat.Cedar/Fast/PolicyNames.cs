using System.Collections.Immutable;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>
/// What the policies of a set name: strings as one instance each, entities as numbers. Grows only while policies are compiled. What a store holds beyond that has
/// no number: no scope and no constant can be equal to it.
/// </summary>
internal sealed class PolicyNames
{
    /// <summary>The number of what no policy names.</summary>
    public const int Unnamed = -1;

    private readonly Dictionary<EntityUid, int> _numbers = [];

    public NameTable Strings { get; } = new();

    /// <summary>The number of an entity, given on first sight. Only while compiling.</summary>
    public int Add(EntityUid uid)
    {
        if (!_numbers.TryGetValue(uid, out var number))
        {
            _numbers.Add(uid, number = _numbers.Count);
        }

        return number;
    }

    public int NumberOf(EntityUid uid) => _numbers.GetValueOrDefault(uid, Unnamed);

    /// <summary>The numbers of those that have one, ascending.</summary>
    public int[] NumbersOf(IReadOnlyList<EntityUid> entities)
    {
        if (entities.Count == 0 || _numbers.Count == 0)
        {
            return [];
        }

        var numbers = new List<int>();
        foreach (var uid in entities)
        {
            if (_numbers.TryGetValue(uid, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return [.. numbers];
    }

    /// <summary>An equal value with the names of this table and references with slots. While compiling, new names are added.</summary>
    public CedarValue Rebuild(CedarValue value, bool isCompiling = false) => value switch
    {
        EntityUid uid => Rebuild(uid, isCompiling),
        CedarRecord record => Rebuild(record, isCompiling),
        CedarSet set when HoldsNames(set.Elements) => CedarSet.Create(set.Elements.Select(e => Rebuild(e, isCompiling)).ToList()),
        _ => value,
    };

    public CedarRecord Rebuild(CedarRecord record, bool isCompiling = false) => record.Count == 0
        ? CedarRecord.Empty
        : record.Rebuilt(Strings, isCompiling ? Strings.Add : Strings.Find, v => Rebuild(v, isCompiling));

    public EntityUid Rebuild(EntityUid uid, bool isCompiling = false) => uid.WithOwnSlot(isCompiling ? Strings.Add(uid.Type) : Strings.Find(uid.Type));

    private static bool HoldsNames(ImmutableArray<CedarValue> elements)
    {
        foreach (var element in elements)
        {
            if (element is EntityUid or CedarRecord or CedarSet)
            {
                return true;
            }
        }

        return false;
    }
}
