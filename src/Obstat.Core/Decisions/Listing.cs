using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;

namespace Obstat.Core.Decisions;

/// <summary>
/// Which tools a principal may know of. A tool is listed when it is pinned, the scope of some permit matches - conditions are not guessed - and no forbid without conditions matches;
/// also when a policy in scope that has an <c>@agent_message</c> names its action literally, so that the refusal can give its hint.
/// </summary>
internal static class Listing
{
    /// <summary>Whether the tool may be known of.</summary>
    public static bool Shows(World world, EntityStore entities, EntityUid principal, PinnedServer server, string tool, DateTimeOffset now)
    {
        if (!server.Tools.ContainsKey(tool) || !world.Inputs[server.Name].ContainsKey(tool))
        {
            return false;
        }

        var action = CedarNames.ActionUid(server.Name, tool);
        var (permitted, closed, named) = (false, false, false);
        foreach (var policy in world.Law.Policies.MatchingScope(entities, principal, action, CedarNames.ServerUid(server.Name)))
        {
            if (IsOver(policy, now))
            {
                continue;
            }

            permitted |= policy.Effect == Effect.Permit;
            closed |= policy.Effect != Effect.Permit && !policy.HasConditions;
            named |= policy.AnnotationOf("agent_message") is not null && (policy.Action.Kind is ScopeKind.Equal or ScopeKind.InSet) && policy.Action.Entities.Contains(action);
        }

        return (permitted && !closed) || named;
    }

    /// <summary>Whether a server may be told that it can ask the agent's side: by the same rule, the server being the principal.</summary>
    public static bool Asks(World world, EntityStore entities, PinnedServer server, string what, DateTimeOffset now)
    {
        var (permitted, closed) = (false, false);
        var uid = CedarNames.ServerUid(server.Name);
        foreach (var policy in world.Law.Policies.MatchingScope(entities, uid, new EntityUid(CedarNames.McpAction, what), uid).Where(p => !IsOver(p, now)))
        {
            permitted |= policy.Effect == Effect.Permit;
            closed |= policy.Effect != Effect.Permit && !policy.HasConditions;
        }

        return permitted && !closed;
    }

    /// <summary>Whether the permit's <c>@expires</c> has passed.</summary>
    public static bool IsOver(Policy policy, DateTimeOffset now) => Law.ExpiryOf(policy) is { } end && now.ToUnixTimeMilliseconds() >= end;
}
