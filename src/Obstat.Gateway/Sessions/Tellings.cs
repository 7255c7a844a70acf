using System.Collections.Concurrent;
using Obstat.Enforcement;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;

namespace Obstat.Gateway.Sessions;

/// <summary>What a server tells without being asked: progress to the request it belongs to, changes and messages where the client was told of them, nothing else.</summary>
/// <param name="connection">The permitted connection, or null before one is.</param>
/// <param name="tools">What the server lists.</param>
/// <param name="inFlight">The client's requests.</param>
/// <param name="tell">Where messages go that belong to no request.</param>
internal sealed class Tellings(Func<Connected?> connection, Tools tools, InFlight inFlight, Func<byte[], ValueTask> tell)
{
    private readonly ConcurrentDictionary<string, bool> _watched = new(StringComparer.Ordinal);

    /// <summary>The client follows a resource, or no longer does.</summary>
    public void Watch(string uri, bool follows) => _ = follows ? _watched.TryAdd(uri, true) : _watched.TryRemove(uri, out _);

    /// <summary>Passes a notification on, or drops it.</summary>
    public async ValueTask TakeAsync(Telling telling)
    {
        var (name, parameters) = (telling.Method.Name, telling.Parameters);
        if (telling.Method.Gate == Gate.Changed)
        {
            tools.Forget();
        }

        if (connection() is not { } connected)
        {
            return;
        }

        if (telling.Method.Gate == Gate.Own)
        {
            if (parameters["progressToken"]?.AsInteger is { } ours && inFlight.Find(ours) is { ProgressToken: { } token } owner)
            {
                try
                {
                    owner.Admission?.Step();
                    await owner.TellAsync(RpcWriter.Notification(name, parameters.With("progressToken", token)));
                }
                catch (Stopped)
                {
                    // The execution was stopped: nothing of it is told any more.
                }
            }

            return;
        }

        var passes = name switch
        {
            "notifications/message" => connected.Capabilities["logging"] is not null,
            "notifications/resources/updated" => parameters["uri"]?.AsString is { } uri && _watched.ContainsKey(uri),
            _ => connected.Capabilities[name.Split('/')[1]]?["listChanged"]?.AsBoolean == true,
        };
        if (passes)
        {
            var message = RpcWriter.Notification(name, parameters.Members.IsEmpty ? null : parameters);
            var request = telling.Request is { } ours ? inFlight.Find(ours) : null;
            await (message.Length > SessionParts.TellingBytesMax ? ValueTask.CompletedTask : request is null ? tell(message) : request.TellAsync(message));
        }
    }
}
