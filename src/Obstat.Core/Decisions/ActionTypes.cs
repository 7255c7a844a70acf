using System.Collections.Immutable;
using Obstat.Cedar.Mcp;
using Obstat.Cedar.Schemas;
using Obstat.Core.Identities;

namespace Obstat.Core.Decisions;

/// <summary>
/// The types of every action that exists in a world: the house's, the law's own, those of the pinned tools, and one action for each class that no tool has.
/// </summary>
/// <param name="Schema">All of them; the law's alone where they do not go together.</param>
/// <param name="Servers">What was made of each server's tools, by name.</param>
/// <param name="Findings">The tools that cannot be mapped, and why the types do not go together.</param>
internal sealed record ActionTypes(Schema Schema, ImmutableSortedDictionary<string, ServerSchema> Servers, ImmutableArray<LawFinding> Findings)
{
    public static ActionTypes Of(Law law, Trust trust)
    {
        var servers = trust.Servers.Values.ToImmutableSortedDictionary(s => s.Name, s => ToolInput.SchemaOf(s, law.Settings), StringComparer.Ordinal);
        var refused = servers.SelectMany(s => s.Value.Refused.Select(r => new LawFinding("pins", 0, 0, "UnmappedTool", $"{s.Key}/{r.Key} is neither listed nor called: {r.Value}", false))).ToImmutableArray();
        var used = servers.SelectMany(s => s.Value.Binders.Keys.SelectMany(tool => law.Settings.ClassesOf(s.Key, tool).Keys)).ToHashSet(StringComparer.Ordinal);
        var unused = ToolInput.SchemaOfUnused(used, servers.Values.Any(s => !s.Binders.IsEmpty));
        var parsed = Schema.Parse([HouseSchema.Text, .. law.SchemaTexts, .. servers.Values.Select(s => s.Text), unused.Text]);

        // The files were read with the house alone before, so it is with the tools that they do not go together.
        return parsed.TryGet(out var whole) ? new ActionTypes(whole, servers, refused)
            : new ActionTypes(law.Schema, servers, [.. refused, .. parsed.Diagnostics.Select(d => new LawFinding(
                "*.cedarschema", 0, 0, d.Code.ToString(), $"{d.Message}; fix: the namespace of a server's name is made from its tools, declare nothing in it", true))]);
    }
}
