using System.Collections.Concurrent;
using Obstat.Enforcement;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

/// <summary>What a server tells without being asked: progress to the request it belongs to, changes and messages where the client was told of them or follows them, nothing else.</summary>
/// <param name="connection">The permitted connection, or null before one is.</param>
/// <param name="tools">What the server lists.</param>
/// <param name="inFlight">The client's requests.</param>
/// <param name="tell">Where messages go that belong to no request.</param>
internal sealed class Tellings(Func<Connected?> connection, Tools tools, InFlight inFlight, Func<byte[], ValueTask> tell)
{
    private readonly ConcurrentDictionary<string, bool> _watched = new(StringComparer.Ordinal);

    /// <summary>The client follows a resource, or no longer does (2025-11-25).</summary>
    public void Watch(string uri, bool follows) => _ = follows ? _watched.TryAdd(uri, true) : _watched.TryRemove(uri, out _);

    /// <summary>Passes a notification on, or drops it.</summary>
    public ValueTask TakeAsync(Telling telling)
    {
        if (telling.Method.Gate == Gate.Changed)
        {
            tools.Forget();
        }

        return (telling.Method.Name, connection()) switch
        {
            (_, null) => ValueTask.CompletedTask,
            ("notifications/progress", _) => ProgressAsync(telling.Parameters),
            (_, { Revision: Revision.R20260728 } connected) => FollowedAsync(connected, telling),
            (_, { } connected) => ChangedAsync(connected, telling),
        };
    }

    private async ValueTask ProgressAsync(JsonValue parameters)
    {
        if (parameters["progressToken"]?.AsInteger is { } ours && inFlight.Find(ours) is { Meta.ProgressToken: { } token } owner
            && owner.Admission is not { Lease.Reason: not DenyReason.Undecided })
        {
            try
            {
                owner.Admission?.Step();
                await PassAsync(RpcWriter.Notification("notifications/progress", parameters.With("progressToken", token)), owner);
            }
            catch (Stopped)
            {
                // The execution was stopped: nothing of it is told any more.
            }
        }
    }

    /// <summary>2025-11-25: what the client was told of when it connected.</summary>
    private async ValueTask ChangedAsync(Connected connected, Telling telling)
    {
        var (name, parameters) = (telling.Method.Name, telling.Parameters);
        var passes = name switch
        {
            "notifications/message" => connected.Capabilities["logging"] is not null,
            "notifications/resources/updated" => parameters["uri"]?.AsString is { } uri && _watched.ContainsKey(uri),
            _ => connected.Capabilities[name.Split('/')[1]]?["listChanged"]?.AsBoolean == true,
        };
        if (passes)
        {
            await PassAsync(RpcWriter.Notification(name, parameters.Members.IsEmpty ? null : parameters), telling.Request is { } ours ? inFlight.Find(ours) : null);
        }
    }

    /// <summary>2026-07-28: what a request that is open asked to be told.</summary>
    private async ValueTask FollowedAsync(Connected connected, Telling telling)
    {
        var (name, parameters) = (telling.Method.Name, telling.Parameters);
        if (name == "notifications/message")
        {
            var owner = telling.Request is { } ours ? inFlight.Find(ours) : null;
            var wanted = connected.Capabilities["logging"] is not null && (telling.Request is null ? inFlight.WantsLog() : owner is { Meta.LogLevel: not null });
            await (wanted ? PassAsync(RpcWriter.Notification(name, parameters), owner) : ValueTask.CompletedTask);
            return;
        }

        var subscription = name == "notifications/cancelled" ? parameters["requestId"] : parameters["_meta"]?[MetaNames.SubscriptionId];
        if (subscription?.AsInteger is not { } id || (telling.Request is { } stream && stream != id) || inFlight.Find(id) is not { Filter: { } filter } listener)
        {
            // Of nothing that is followed, or on the stream of another request.
            return;
        }

        if (name == "notifications/cancelled")
        {
            await listener.Cancelled.CancelAsync();
            return;
        }

        var meta = JsonValue.Object((MetaNames.SubscriptionId, listener.Id));
        try
        {
            foreach (var permit in listener.Permits)
            {
                permit.Step();
            }
        }
        catch (Stopped)
        {
            await listener.Cancelled.CancelAsync();
            return;
        }

        if (name == "notifications/subscriptions/acknowledged")
        {
            if (!listener.IsAcknowledged && parameters["notifications"] is { } agreed && SubscriptionFilter.TryRead(agreed, out var theirs))
            {
                (listener.Filter, listener.IsAcknowledged) = (filter.And(theirs), true);
                await PassAsync(RpcWriter.Notification(name, JsonValue.Object(("notifications", listener.Filter.ToJson()), ("_meta", meta))), listener);
            }
        }
        else if (listener.IsAcknowledged && filter.Has(name, parameters["uri"]?.AsString))
        {
            await PassAsync(RpcWriter.Notification(name, parameters.With("_meta", meta)), listener);
        }
    }

    private ValueTask PassAsync(byte[] message, InFlight.Entry? owner)
        => message.Length > SessionParts.TellingBytesMax ? ValueTask.CompletedTask : owner is null ? tell(message) : owner.TellAsync(message);
}
