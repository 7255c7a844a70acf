using System.Collections.Frozen;
using System.Collections.Immutable;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;

namespace Obstat.Core.Decisions;

/// <summary>
/// Law and trust joined: the closed store of everything that a policy may look at, but for who asks. Actions come from the pins and the operator's classes, facts about tools and servers from the pins,
/// everything else from the entity files.
/// </summary>
internal sealed class World
{
    private World(Law law, Trust trust, EntityStore entities, ActionTypes types)
    {
        (Law, Trust, Entities, Types, Evaluators) = (law, trust, entities, types.Schema, TwoEvaluators.Of(law.Policies));
        Inputs = types.Servers.ToFrozenDictionary(t => t.Key, t => ToolInput.ReadersOf(t.Value), StringComparer.Ordinal);
    }

    /// <summary>The policies.</summary>
    public Law Law { get; }

    /// <summary>The pins.</summary>
    public Trust Trust { get; }

    /// <summary>The store.</summary>
    public EntityStore Entities { get; }

    /// <summary>The types of every action.</summary>
    public Schema Types { get; }

    /// <summary>Who judges requests by the policies.</summary>
    public TwoEvaluators Evaluators { get; }

    /// <summary>How the arguments of each tool are read, by server and tool. A tool whose schema cannot be mapped has none.</summary>
    public FrozenDictionary<string, FrozenDictionary<string, ToolInput>> Inputs { get; }

    /// <summary>
    /// Joins them. A law that does not hold in this world - an entity that a policy or another entity names is nowhere - decides nothing: the law of the result says so.
    /// </summary>
    public static World Join(Law law, Trust trust)
    {
        var types = ActionTypes.Of(law, trust);
        var (entities, findings) = Build(law, trust, types);
        ImmutableArray<LawFinding> found = [.. types.Findings, .. findings, .. entities is null ? [] : CheckClosed(law, types.Schema, entities)];
        if (entities is not null && law.IsInForce && !found.Any(f => f.Refuses && f.Path == "*.cedarschema"))
        {
            found = found.AddRange(TypeCheck.Of(law, types.Schema, entities));
        }

        var usable = entities is null || found.Any(f => f.Refuses) ? LawLoader.Refuse(law, found) : law.With(found);
        return new World(usable, trust, entities ?? EntityStore.Empty, types);
    }

    private static (EntityStore? Entities, ImmutableArray<LawFinding> Findings) Build(Law law, Trust trust, ActionTypes types)
    {
        var byUid = law.Entities.ToDictionary(e => e.Uid);
        foreach (var server in trust.Servers.Values)
        {
            Put(byUid, CedarNames.ServerUid(server.Name), [("pinned", CedarValue.Of(server.IsPinned))], []);
            foreach (var tool in server.Tools.Values)
            {
                Put(byUid, CedarNames.ToolUid(server.Name, tool.Name), [("pinned", CedarValue.Of(true))], [CedarNames.ServerUid(server.Name)]);
                var classes = law.Settings.ClassesOf(server.Name, tool.Name).Keys;
                if (types.Servers[server.Name].Binders.ContainsKey(tool.Name))
                {
                    var action = CedarNames.ActionUid(server.Name, tool.Name);
                    byUid[action] = new Entity(action, parents: classes.Prepend("call").Select(CedarNames.GroupUid));
                }
            }
        }

        foreach (var identity in trust.Identities.Values)
        {
            Put(byUid, PrincipalUid(identity.Kind, identity.Id), [], []);
        }

        foreach (var label in law.Settings.Labels)
        {
            Put(byUid, new EntityUid(CedarNames.Label, label), [], []);
        }

        foreach (var action in types.Schema.ActionEntities().Where(a => !a.Uid.Type.StartsWith(ToolInput.UnusedNamespace + "::", StringComparison.Ordinal)))
        {
            _ = byUid.TryAdd(action.Uid, action);
        }

        var made = EntityStore.Of(byUid.Values);
        return made.TryGet(out var store)
            ? (store.WithFactFreeTypes(types.Schema.FactFreeTypes), [])
            : (null, [.. made.Diagnostics.Select(d => new LawFinding("entities", 0, 0, d.Code.ToString(), d.ToString(), true))]);
    }

    /// <summary>The principal as a name of the language.</summary>
    public static EntityUid PrincipalUid(PrincipalKind kind, string id) => new(kind == PrincipalKind.User ? CedarNames.User : CedarNames.Agent, id);

    // What the plane knows wins over what a file says: a file cannot pin a tool.
    private static void Put(Dictionary<EntityUid, Entity> byUid, EntityUid uid, ReadOnlySpan<(string Name, CedarValue Value)> facts, ImmutableArray<EntityUid> parents)
    {
        var known = byUid.GetValueOrDefault(uid);
        var attributes = known?.Attributes ?? CedarRecord.Empty;
        foreach (var (name, value) in facts)
        {
            attributes = attributes.With(name, value);
        }

        if (CedarNames.IsMinted(uid.Type) && !attributes.TryGet("active", out _))
        {
            attributes = attributes.With("active", CedarValue.Of(true));
        }

        byUid[uid] = new Entity(uid, attributes, (known?.Parents ?? []).Concat(parents), known?.Tags);
    }

    private static IEnumerable<LawFinding> CheckClosed(Law law, Schema schema, EntityStore entities)
    {
        // Referenced users and agents must be stored too: only who asks is minted.
        foreach (var dangling in entities.Dangling())
        {
            yield return new("entities", 0, 0, "UnknownEntity", $"{dangling} is named by a stored entity and is not stored itself", true);
        }

        // A group without facts of its own has members all the same: a misspelt one would have none, so it must be stored.
        var groups = schema.EntityTypes.Values.SelectMany(t => t.ParentTypes).ToHashSet(StringComparer.Ordinal);
        var stored = entities.WithFactFreeTypes(schema.EntityTypes.Values.Where(t => t.IsEnum || (t.IsFactFree && !groups.Contains(t.Name))).Select(t => t.Name));
        foreach (var policy in law.Policies.Policies)
        {
            var permitted = policy.Effect == Effect.Permit ? policy.Action.Entities : [];
            foreach (var literal in Cedar.PolicySet.Of([policy]).Require().EntityLiterals())
            {
                if (stored.IsPresent(literal) ? IsDeclared(schema, literal) : CedarNames.IsMinted(literal.Type))
                {
                    continue;
                }

                // A tool that is not pinned cannot be called at all, so a permit may name it early; a forbid or a condition that names nothing would never apply, and nobody would see it.
                yield return law.At(policy, policy.Span, literal.IsAction ? "UnknownTool" : "UnknownEntityLiteral",
                    literal.IsAction ? $"policy {policy.Id} names {literal}, and no tool of that name is pinned; fix: obstat mcp add or repin the server, or remove the name"
                        : $"policy {policy.Id} names {literal}, which is not there; fix: correct the id, or add the entity to entities/*.json", !permitted.Contains(literal));
            }
        }

        foreach (var server in law.Settings.Servers)
        {
            foreach (var tool in law.Settings.ToolsOf(server).Where(t => !entities.IsPresent(CedarNames.ToolUid(server, t))))
            {
                yield return new(LawLoader.SettingsPath, 0, 0, "UnknownTool", $"{server}/{tool} has a class and is not pinned", false);
            }
        }
    }

    private static bool IsDeclared(Schema schema, EntityUid literal)
        => !schema.EntityTypes.TryGetValue(literal.Type, out var type) || !type.IsEnum || type.EnumIds.Contains(literal.Id, StringComparer.Ordinal);
}
