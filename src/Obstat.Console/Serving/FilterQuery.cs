using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Obstat.Console.Serving;

/// <summary>The filters of a list as they stand in its address. Every list is a link.</summary>
public sealed class FilterQuery
{
    private static readonly ImmutableArray<string> Names = ["verdict", "reason", "action", "principal", "tool", "point", "from", "to"];

    private readonly ImmutableSortedDictionary<string, string> _values;

    private FilterQuery(ImmutableSortedDictionary<string, string> values) => _values = values;

    /// <summary>No filter.</summary>
    public static FilterQuery None { get; } = new(ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>The filters of a request.</summary>
    public static FilterQuery Of(IQueryCollection query)
        => new(query.Where(q => q.Value is [{ Length: > 0 }]).ToImmutableSortedDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal));

    /// <summary>Filters that narrow, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Set => _values.Where(v => Names.Contains(v.Key));

    /// <summary>Whether the list begins with what is newest: only then new rows belong on top.</summary>
    public bool IsNewest => !_values.ContainsKey("after") && !_values.ContainsKey("to");

    /// <summary>One value; null where it is not set.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The address as it is.</summary>
    public string Here => Path(_values);

    /// <summary>The address with one value set, from its first page on.</summary>
    public string With(string name, string value) => Path(_values.SetItem(name, value).Remove(name == "after" ? "" : "after"));

    /// <summary>The address without one value.</summary>
    public string Without(string name) => Path(_values.Remove(name).Remove("after"));

    /// <summary>The address of the events that these filters let through, from an index on: what came after a page was made, and before it listened, is among them.</summary>
    public string EventsFrom(long size) => $"/events?rows=1&last={Math.Max(0, size - 1).ToString(CultureInfo.InvariantCulture)}" + string.Concat(Set.Where(s => s.Key is not ("from" or "to")).Select(s => $"&{s.Key}={Uri.EscapeDataString(s.Value)}"));

    private static string Path(ImmutableSortedDictionary<string, string> values)
        => "/decisions" + (values.IsEmpty ? "" : "?" + string.Join('&', values.Select(v => $"{v.Key}={Uri.EscapeDataString(v.Value)}")));
}
