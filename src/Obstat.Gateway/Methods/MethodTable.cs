using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Obstat.Gateway.Methods;

/// <summary>
/// Every method of the published schemas of both revisions, and how this door gates it. A method that is not here is refused: a new revision is refused
/// until this table knows it.
/// </summary>
internal static class MethodTable
{
    private const Revision Legacy = Revision.R20251125;
    private const Revision Modern = Revision.R20260728;
    private const Revision Both = Legacy | Modern;

    private static readonly Member Meta = new("_meta", MemberKind.Meta, false);
    private static readonly Member Uri = new("uri", MemberKind.Text, true);
    private static readonly ImmutableArray<Member> Page = [new("cursor", MemberKind.Text, false), Meta];
    private static readonly ImmutableArray<Member> Any = [];

    // A request that a server answered with questions comes again with the answers.
    private static readonly ImmutableArray<Member> Again = [new("inputResponses", MemberKind.Responses, false), new("requestState", MemberKind.State, false), Meta];

    /// <summary>All rows.</summary>
    public static ImmutableArray<McpMethod> Rows { get; } =
    [
        Request("initialize", Gate.Connect, Legacy, new("protocolVersion", MemberKind.Text, true), new("capabilities", MemberKind.Object, true), new("clientInfo", MemberKind.Object, true), Meta),
        Request("server/discover", Gate.Connect, Modern, Meta),
        Request("ping", Gate.Here, Legacy, Meta),
        Request("logging/setLevel", Gate.Rides, Legacy, new("level", MemberKind.Text, true), Meta),
        Request("tools/list", Gate.List, Both, [.. Page]),
        Request("prompts/list", Gate.List, Both, [.. Page]),
        Request("resources/list", Gate.List, Both, [.. Page]),
        Request("resources/templates/list", Gate.List, Both, [.. Page]),
        Request("tools/call", Gate.Call, Legacy, new("name", MemberKind.ToolName, true), new("arguments", MemberKind.Object, false), Meta),
        Request("tools/call", Gate.Call, Modern, [new("name", MemberKind.ToolName, true), new("arguments", MemberKind.Object, false), .. Again]),
        Request("prompts/get", Gate.Call, Legacy, new("name", MemberKind.Text, true), new("arguments", MemberKind.StringMap, false), Meta),
        Request("prompts/get", Gate.Call, Modern, [new("name", MemberKind.Text, true), new("arguments", MemberKind.StringMap, false), .. Again]),
        Request("resources/read", Gate.Call, Legacy, Uri, Meta),
        Request("resources/read", Gate.Call, Modern, [Uri, .. Again]),
        Request("completion/complete", Gate.Call, Both, new("ref", MemberKind.Object, true), new("argument", MemberKind.StringMap, true), new("context", MemberKind.Object, false), Meta),
        Request("resources/subscribe", Gate.Watch, Legacy, Uri, Meta),
        Request("resources/unsubscribe", Gate.Watch, Legacy, Uri, Meta),
        Request("subscriptions/listen", Gate.Listen, Modern, new("notifications", MemberKind.Filter, true), Meta),
        Request("tasks/get", Gate.Closed, Both),
        Request("tasks/result", Gate.Closed, Legacy),
        Request("tasks/list", Gate.Closed, Legacy),
        Request("tasks/cancel", Gate.Closed, Both),
        Notification("notifications/initialized", Gate.Rides, Legacy, Meta),
        Notification("notifications/cancelled", Gate.Own, Both, new("requestId", MemberKind.Id, true), new("reason", MemberKind.Value, false), Meta),
        Notification("notifications/progress", Gate.Dropped, Legacy, new("progressToken", MemberKind.Id, true), new("progress", MemberKind.Value, true), new("total", MemberKind.Value, false), new("message", MemberKind.Value, false), Meta),
        Notification("notifications/roots/list_changed", Gate.Dropped, Legacy, Meta),
        Notification("notifications/tasks/status", Gate.Closed, Legacy),

        FromServer("ping", Gate.Here, Legacy),
        FromServer("sampling/createMessage", Gate.Asks, Legacy),
        FromServer("elicitation/create", Gate.Asks, Legacy),
        FromServer("roots/list", Gate.Asks, Legacy),
        FromServer("tasks/get", Gate.Closed, Legacy),
        FromServer("tasks/result", Gate.Closed, Legacy),
        FromServer("tasks/list", Gate.Closed, Legacy),
        FromServer("tasks/cancel", Gate.Closed, Legacy),
        Told("notifications/message", Gate.Data, Both),
        Told("notifications/progress", Gate.Own, Both),
        Told("notifications/cancelled", Gate.Dropped, Legacy),
        Told("notifications/cancelled", Gate.Own, Modern),
        Told("notifications/resources/updated", Gate.Data, Both),
        Told("notifications/resources/list_changed", Gate.Data, Both),
        Told("notifications/prompts/list_changed", Gate.Data, Both),
        Told("notifications/tools/list_changed", Gate.Changed, Both),
        Told("notifications/subscriptions/acknowledged", Gate.Own, Modern),
        Told("notifications/elicitation/complete", Gate.Dropped, Both),
        Told("notifications/tasks/status", Gate.Dropped, Both),
    ];

    private static readonly FrozenDictionary<(string, Direction, bool, Revision), McpMethod> ByName = Rows
        .SelectMany(r => new[] { Legacy, Modern }.Where(one => r.Revisions.HasFlag(one)).Select(one => (Key: (r.Name, r.Direction, r.IsNotification, one), Row: r)))
        .ToFrozenDictionary(r => r.Key, r => r.Row);

    /// <summary>The row of a request or notification in one direction and revision; null for any other.</summary>
    public static McpMethod? Find(string name, Direction direction, bool isNotification, Revision revision) => ByName.GetValueOrDefault((name, direction, isNotification, revision));

    private static McpMethod Request(string name, Gate gate, Revision revisions, params ImmutableArray<Member> members) => new(name, Direction.ClientToServer, false, gate, revisions, members);

    private static McpMethod Notification(string name, Gate gate, Revision revisions, params ImmutableArray<Member> members) => new(name, Direction.ClientToServer, true, gate, revisions, members);

    private static McpMethod FromServer(string name, Gate gate, Revision revisions) => new(name, Direction.ServerToClient, false, gate, revisions, Any);

    private static McpMethod Told(string name, Gate gate, Revision revisions) => new(name, Direction.ServerToClient, true, gate, revisions, Any);
}
