namespace Obstat.Cedar.Fast;

/// <summary>One string instance per name, so that names are compared by reference. Grows only while policies are compiled.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>The table's own instance, added if it is new.</summary>
    public string Add(string name)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        _names.Add(name, name);
        return name;
    }

    /// <summary>The table's own instance; of an unknown name, which equals none of the table's, the name itself.</summary>
    public string Find(string name) => _names.GetValueOrDefault(name, name);
}
