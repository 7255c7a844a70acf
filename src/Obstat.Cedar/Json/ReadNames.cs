using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Json;

/// <summary>One instance of each type name and of each list of attribute names: among a million entities few differ.</summary>
internal sealed class ReadNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<ImmutableArray<string>, ImmutableArray<string>> _shapes = new(SameSequence<string>.Default);

    public string Shared(string name)
    {
        if (!_names.TryGetValue(name, out var known))
        {
            _names.Add(name, known = name);
        }

        return known;
    }

    public CedarRecord Shared(CedarRecord record)
    {
        if (record.Count == 0)
        {
            return record;
        }

        if (!_shapes.TryGetValue(record.Names, out var known))
        {
            _shapes.Add(record.Names, known = record.Names);
        }

        return CedarRecord.OfSorted(known, record.Values, null);
    }
}
