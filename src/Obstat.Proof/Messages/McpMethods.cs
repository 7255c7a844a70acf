using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Obstat.Proof.Messages;

/// <summary>
/// The table of methods (MCP 2025-11-25 and 2026-07-28): all from client to server, and what a server may ask a client. Data that the gateway and the plane share; what it does not name is refused.
/// </summary>
public static class McpMethods
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<McpMethod> Rows { get; } =
    [
        new("initialize", McpGate.Asked, WireActions.McpConnect, McpSelector.None),
        new("server/discover", McpGate.Asked, WireActions.McpConnect, McpSelector.None),
        new("notifications/initialized", McpGate.RidesOnConnect, null, McpSelector.None),
        new("ping", McpGate.RidesOnConnect, null, McpSelector.None),
        new("logging/setLevel", McpGate.RidesOnConnect, null, McpSelector.None),
        new("tools/list", McpGate.Asked, WireActions.McpList, McpSelector.None),
        new("prompts/list", McpGate.Asked, WireActions.McpList, McpSelector.None),
        new("resources/list", McpGate.Asked, WireActions.McpList, McpSelector.None),
        new("resources/templates/list", McpGate.Asked, WireActions.McpList, McpSelector.None),
        new("tools/call", McpGate.Asked, WireActions.McpToolsCall, McpSelector.Name),
        new("prompts/get", McpGate.Asked, WireActions.McpPromptsGet, McpSelector.Name),
        new("resources/read", McpGate.Asked, WireActions.McpResourcesRead, McpSelector.Uri),
        new("completion/complete", McpGate.Asked, WireActions.McpCompletion, McpSelector.Reference),
        new("resources/subscribe", McpGate.Asked, WireActions.McpResourcesRead, McpSelector.Uri),
        new("resources/unsubscribe", McpGate.Asked, WireActions.McpResourcesRead, McpSelector.Uri),
        new("subscriptions/listen", McpGate.Asked, WireActions.McpResourcesRead, McpSelector.Uri),
        new("sampling/createMessage", McpGate.Asked, WireActions.McpSampling, McpSelector.None),
        new("elicitation/create", McpGate.Asked, WireActions.McpElicitation, McpSelector.None),
        new("roots/list", McpGate.Asked, WireActions.McpRoots, McpSelector.None),
        new("notifications/cancelled", McpGate.OwnRequestsOnly, null, McpSelector.None),
        new("notifications/progress", McpGate.OwnRequestsOnly, null, McpSelector.None),
        new("notifications/roots/list_changed", McpGate.OwnRequestsOnly, null, McpSelector.None),
    ];

    private static readonly FrozenDictionary<string, McpMethod> ByName = Rows.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>The row of a method; an unknown one is refused.</summary>
    public static McpMethod Of(string method) => ByName.GetValueOrDefault(method) ?? new McpMethod(method, McpGate.Refused, null, McpSelector.None);
}
