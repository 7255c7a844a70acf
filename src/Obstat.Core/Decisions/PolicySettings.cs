using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Core.Decisions;

/// <summary>
/// <c>obstat-policy.json</c>: what the operator says beside the policies. Format 1:
/// <c>{"format":1, "level":2, "labels":[], "toolClasses":{"SERVER":{"TOOL":{"CLASS":{"FACET":"/pointer" or {"value":..}}}}}, "resultMarks":{}, "maxUnwitnessed":{}, "retention":null}</c>.
/// Only <c>format</c> must be there; an unknown member refuses the file.
/// </summary>
public sealed class PolicySettings
{
    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>>>> _toolClasses;

    private PolicySettings(
        int level,
        ImmutableArray<string> labels,
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>>>> toolClasses)
        => (Level, Labels, _toolClasses) = (level, labels, toolClasses);

    /// <summary>The settings of a folder without the file: no tool is in a class.</summary>
    public static PolicySettings None { get; } = new(2, [],
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>>>>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>How long a chain of dereferences a policy may use: 1 to 5.</summary>
    public int Level { get; }

    /// <summary>Data labels that exist beside those of the entity files.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The servers that have classified tools.</summary>
    public IEnumerable<string> Servers => _toolClasses.Keys;

    /// <summary>The classified tools of a server.</summary>
    public IEnumerable<string> ToolsOf(string server) => _toolClasses.TryGetValue(server, out var tools) ? tools.Keys : [];

    /// <summary>The classes of a tool, sorted, each with where its facets come from; empty for a tool without a class.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>> ClassesOf(string server, string tool)
        => _toolClasses.TryGetValue(server, out var tools) && tools.TryGetValue(tool, out var classes)
            ? classes
            : ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>>.Empty;

    /// <summary>Reads the file.</summary>
    /// <param name="utf8">Its bytes: JSON with <c>//</c> comments and trailing commas.</param>
    /// <param name="settings">The settings, or null.</param>
    /// <param name="error">Why it is refused.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out PolicySettings? settings, out JsonError error)
    {
        settings = null;
        if (!StrictJson.TryParse(utf8, JsonRules.Settings, JsonLimits.Intake, out var value, out error))
        {
            return false;
        }

        var fields = new JsonFields(value);
        _ = fields.Integer("format", 1, 1);
        var level = fields.Has("level") ? (int)fields.Integer("level", 1, 5) : 2;
        var labels = fields.Has("labels") ? fields.Strings("labels", 256, 256) : [];
        var classes = ReadServers(fields);
        Neutral(fields, "resultMarks", JsonValue.EmptyObject);
        Neutral(fields, "maxUnwitnessed", JsonValue.EmptyObject);
        Neutral(fields, "retention", JsonValue.Null);
        if (!fields.Complete())
        {
            error = fields.Error!.Value;
            return false;
        }

        settings = new PolicySettings(level, labels, classes);
        return true;
    }

    // Members whose feature is not there yet may be written with the value that says so, and with no other: a rule that is read and not applied would be a hole.
    private static void Neutral(JsonFields fields, string name, JsonValue neutral)
    {
        if (fields.Has(name) && !fields.Value(name).Equals(neutral))
        {
            fields.Refuse(name, neutral.ToString());
        }
    }

    private static ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, FacetSource>>>> ReadServers(JsonFields fields)
        => fields.Has("toolClasses")
            ? Map(fields.Object("toolClasses"), (tools, at) => Map(tools, (classes, under) => Map(classes, (facets, name) => ReadFacets(fields, name, facets), fields, under), fields, at), fields, "toolClasses")
            : None._toolClasses;

    private static ImmutableSortedDictionary<string, T> Map<T>(JsonValue value, Func<JsonValue, string, T> read, JsonFields fields, string at)
    {
        if (value.Kind != JsonKind.Object)
        {
            fields.Refuse("toolClasses", $"an object for \"{at}\"");
        }

        return value.Members.ToImmutableSortedDictionary(m => m.Name, m => read(m.Value, m.Name), StringComparer.Ordinal);
    }

    private static ImmutableSortedDictionary<string, FacetSource> ReadFacets(JsonFields fields, string name, JsonValue facets)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, FacetSource>(StringComparer.Ordinal);
        if (!ToolClass.TryGet(name, out var toolClass) || facets.Kind != JsonKind.Object)
        {
            fields.Refuse("toolClasses", $"one of the classes {string.Join(", ", ToolClass.Names)} instead of \"{name}\"");
            return found.ToImmutable();
        }

        if (!facets.Members.Select(m => m.Name).SequenceEqual(toolClass.Facets.Select(f => f.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            fields.Refuse("toolClasses", $"exactly the facets {{{string.Join(", ", toolClass.Facets.Select(f => f.Name))}}} in class \"{name}\"");
        }

        foreach (var member in facets.Members)
        {
            if (member.Value.AsString is { Length: > 1 } pointer && pointer[0] == '/')
            {
                found[member.Name] = new FacetSource(pointer, null);
            }
            else if (member.Value is { Kind: JsonKind.Object, Members.Length: 1 } && member.Value["value"] is { Kind: JsonKind.String or JsonKind.Number } constant)
            {
                found[member.Name] = new FacetSource(null, constant);
            }
            else
            {
                fields.Refuse("toolClasses", $"a JSON Pointer or {{\"value\": ..}} for facet \"{member.Name}\"");
            }
        }

        return found.ToImmutable();
    }
}
