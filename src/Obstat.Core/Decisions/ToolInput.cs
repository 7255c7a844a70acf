using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;
using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>How the arguments of one pinned tool become values of the language, by its pinned input schema.</summary>
internal sealed class ToolInput
{
    /// <summary>The namespace of the actions that no request can be.</summary>
    public const string UnusedNamespace = "Unused";

    private readonly ArgumentBinder _binder;

    private ToolInput(ArgumentBinder binder) => _binder = binder;

    /// <summary>
    /// The actions of a server's pinned tools as types of the language, and how their arguments are read. A tool whose schema cannot be mapped is refused there: it is neither listed nor called.
    /// </summary>
    public static ServerSchema SchemaOf(PinnedServer server, PolicySettings settings)
        => ServerSchema.Of(server.Name, server.Tools.Values.Select(tool => new ToolDescription(
            tool.Name, tool.Tool["inputSchema"] is { } schema ? ElementOf(schema) : default, [.. settings.ClassesOf(server.Name, tool.Name).Keys.Prepend("call")], FacetsOf(settings.ClassesOf(server.Name, tool.Name).Keys))));

    /// <summary>
    /// One action for each class that no pinned tool has, with the facets of the class and no arguments, so that a policy on a class is checked also while nothing is in it.
    /// No request can be one: registered names have no capitals.
    /// </summary>
    public static ServerSchema SchemaOfUnused(IEnumerable<string> usedClasses, bool isAnyToolPinned)
    {
        var nothing = ElementOf(JsonValue.Object(("type", JsonValue.Of("object"))));
        var names = ToolClass.Names.Except(usedClasses, StringComparer.Ordinal).Select(c => (Name: c, Groups: ImmutableArray.Create("call", c)));
        return ServerSchema.Of(UnusedNamespace, (isAnyToolPinned ? names : names.Append((Name: "call", Groups: ["call"])))
            .Select(c => new ToolDescription(c.Name, nothing, c.Groups, FacetsOf(c.Groups))));
    }

    /// <summary>How the arguments of the tools are read, by name.</summary>
    public static FrozenDictionary<string, ToolInput> ReadersOf(ServerSchema schema) => schema.Binders.ToFrozenDictionary(b => b.Key, b => new ToolInput(b.Value), StringComparer.Ordinal);

    /// <summary>Binds arguments. Refuses what the schema does not describe, with the JSON Pointer of the offending value.</summary>
    public bool TryBind(JsonValue arguments, [NotNullWhen(true)] out CedarRecord? input, out ImmutableArray<Entity> entities, [NotNullWhen(false)] out string? pointer)
    {
        var bound = _binder.Bind(ElementOf(arguments));
        if (bound.TryGet(out var made))
        {
            (input, entities, pointer) = (made.Input, made.Entities, null);
            return true;
        }

        (input, entities, pointer) = (null, [], bound.Diagnostics[0].Subject ?? "");
        return false;
    }

    private static ImmutableSortedDictionary<string, string> FacetsOf(IEnumerable<string> classes)
    {
        var facets = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var name in classes)
        {
            foreach (var (facet, type) in ToolClass.TryGet(name, out var known) ? known.Facets : [])
            {
                facets[facet] = type switch { FacetType.Texts => "Set<String>", FacetType.Amount => "decimal", _ => "String" };
            }
        }

        return facets.ToImmutable();
    }

    private static JsonElement ElementOf(JsonValue value)
    {
        using var document = JsonDocument.Parse(value.ToCanonicalBytes());
        return document.RootElement.Clone();
    }
}
