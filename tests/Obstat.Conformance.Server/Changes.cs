using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Obstat.Conformance.Server;

/// <summary>What changes while the server runs, and who follows it.</summary>
internal sealed class Changes
{
    private readonly ConcurrentDictionary<Channel<string>, bool> _followers = [];

    public bool HasTool { get; private set; }

    public bool HasPrompt { get; private set; }

    public void ToggleTool()
    {
        HasTool = !HasTool;
        Tell(NotificationMethods.ToolListChangedNotification);
    }

    public void TogglePrompt()
    {
        HasPrompt = !HasPrompt;
        Tell(NotificationMethods.PromptListChangedNotification);
    }

    /// <summary>One held-open request: first what is followed, then each change, until its client ends it.</summary>
    public async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellation)
    {
        var wanted = request.Params!.Notifications;
        var id = request.JsonRpcRequest.Id.ToString();
        var meta = new JsonObject { ["io.modelcontextprotocol/subscriptionId"] = long.TryParse(id, out var number) ? number : id };
        var followed = new JsonObject();
        if (wanted?.ToolsListChanged == true)
        {
            followed["toolsListChanged"] = true;
        }

        if (wanted?.PromptsListChanged == true)
        {
            followed["promptsListChanged"] = true;
        }

        var channel = Channel.CreateUnbounded<string>();
        _ = _followers.TryAdd(channel, true);
        try
        {
            await request.Server.SendMessageAsync(Notification("notifications/subscriptions/acknowledged", new JsonObject { ["notifications"] = followed, ["_meta"] = meta.DeepClone() }), cancellation);
            await foreach (var method in channel.Reader.ReadAllAsync(cancellation))
            {
                if ((method == NotificationMethods.ToolListChangedNotification && wanted?.ToolsListChanged == true) || (method == NotificationMethods.PromptListChangedNotification && wanted?.PromptsListChanged == true))
                {
                    await request.Server.SendMessageAsync(Notification(method, new JsonObject { ["_meta"] = meta.DeepClone() }), cancellation);
                }
            }
        }
        finally
        {
            _ = _followers.TryRemove(channel, out _);
        }

        return new EmptyResult { Meta = meta };
    }

    private static JsonRpcNotification Notification(string method, JsonObject parameters) => new() { Method = method, Params = parameters };

    private void Tell(string method)
    {
        foreach (var channel in _followers.Keys)
        {
            _ = channel.Writer.TryWrite(method);
        }
    }
}
