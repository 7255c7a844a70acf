using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Core.Decisions;

/// <summary>
/// What an operator says an action does: <c>read write delete send pay admin</c>. Each class has typed facets that policies, budgets and approvals read,
/// whatever the tool calls its arguments.
/// </summary>
public sealed class ToolClass
{
    private static readonly FrozenDictionary<string, ToolClass> ByName = new ToolClass[]
    {
        new("read", []),
        new("write", [("path", FacetType.Text)]),
        new("delete", [("path", FacetType.Text)]),
        new("send", [("recipient", FacetType.Texts)]),
        new("pay", [("amount", FacetType.Amount), ("currency", FacetType.Text), ("payee", FacetType.Text)]),
        new("admin", [("target", FacetType.Text)]),
    }.ToFrozenDictionary(c => c.Name, StringComparer.Ordinal);

    private ToolClass(string name, ImmutableArray<(string, FacetType)> facets) => (Name, Facets) = (name, facets);

    /// <summary>All classes, by name.</summary>
    public static ImmutableArray<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The id of the action group.</summary>
    public string Name { get; }

    /// <summary>The facets that a tool of this class must fill.</summary>
    public ImmutableArray<(string Name, FacetType Type)> Facets { get; }

    /// <summary>The class of that name; another name refuses.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ToolClass? found) => ByName.TryGetValue(name, out found);
}
