using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Obstat.Proof.Messages;

/// <summary>The table of methods from client to server (MCP 2025-11-25): data that the gateway and the plane share. What it does not name is refused.</summary>
public static class McpMethods
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<McpMethod> Rows { get; } =
    [
        new("initialize", McpGate.Asked, WireActions.McpConnect, McpSelector.None),
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
        new("notifications/cancelled", McpGate.OwnRequestsOnly, null, McpSelector.None),
        new("notifications/progress", McpGate.OwnRequestsOnly, null, McpSelector.None),
        new("notifications/roots/list_changed", McpGate.OwnRequestsOnly, null, McpSelector.None),
    ];

    private static readonly FrozenDictionary<string, McpMethod> ByName = Rows.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>The row of a method; an unknown one is refused.</summary>
    public static McpMethod Of(string method) => ByName.GetValueOrDefault(method) ?? new McpMethod(method, McpGate.Refused, null, McpSelector.None);
}
