using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests;

/// <summary>A tool server in this process that lists what it is told to, keeps what reached it, and answers when it is told to.</summary>
internal sealed class FakeUpstream : IUpstream
{
    public Func<Telling, ValueTask> Told { get; set; } = static _ => ValueTask.CompletedTask;

    public Func<ServerRequest, CancellationToken, Task<ServerReply>> Asked { get; set; } = static (_, _) => Task.FromResult(default(ServerReply));

    public bool IsBroken => false;

    /// <summary>The tools as they are listed now.</summary>
    public ImmutableArray<JsonValue> Tools { get; set; } = [];

    /// <summary>Calls that reached it, in order.</summary>
    public ConcurrentQueue<Outgoing> Calls { get; } = [];

    /// <summary>Completes a call; by default each at once.</summary>
    public Func<Outgoing, Task<JsonValue>> Answer { get; set; } = static _ => Task.FromResult(Done);

    /// <summary>Answers to <c>subscriptions/listen</c>; by default each ends at once.</summary>
    public Func<Outgoing, CancellationToken, Task> Follow { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>The answer to a list; null for the tools.</summary>
    public JsonValue? Listed { get; set; }

    public static JsonValue Done => JsonValue.Object(("content", JsonValue.EmptyArray), ("resultType", JsonValue.Of("complete")));

    public Task<UpstreamAnswer> OpenAsync(Admission admission, Outgoing request, Revision revision, CancellationToken cancellation)
    {
        var capabilities = JsonValue.Object(("tools", JsonValue.Object(("listChanged", JsonValue.True))), ("resources", JsonValue.Object(("subscribe", JsonValue.True), ("listChanged", JsonValue.True))));
        return Task.FromResult(Said(revision == Revision.R20260728
            ? JsonValue.Object(("supportedVersions", JsonValue.Strings([revision.ToWire()])), ("capabilities", capabilities), ("resultType", JsonValue.Of("complete")))
            : JsonValue.Object(("protocolVersion", JsonValue.Of(revision.ToWire())), ("capabilities", capabilities), ("serverInfo", JsonValue.EmptyObject))));
    }

    public async Task<UpstreamAnswer> CallAsync(Admission admission, Outgoing request, CancellationToken cancellation)
    {
        if (request.Method == "tools/list")
        {
            return Said(Listed ?? JsonValue.Object(("tools", JsonValue.Array(Tools))));
        }

        Calls.Enqueue(request);
        return Said(await Answer(request));
    }

    public async Task<UpstreamAnswer> RideAsync(Connected connected, Outgoing request, CancellationToken cancellation)
    {
        if (request.Method != "subscriptions/listen")
        {
            return Said(JsonValue.Object(("tools", JsonValue.Array(Tools))));
        }

        try
        {
            await Follow(request, cancellation);
            return Said(JsonValue.Object(("resultType", JsonValue.Of("complete"))));
        }
        catch (OperationCanceledException)
        {
            return new UpstreamAnswer(null, null, DenyReason.Late, DateTimeOffset.UtcNow, 1, 0);
        }
    }

    /// <summary>Tells the gate something, as its server would.</summary>
    public async Task TellAsync(string method, JsonValue parameters, long? request = null)
        => await Told(new Telling(MethodTable.Find(method, Direction.ServerToClient, true, Revision.R20260728)!, parameters, request));

    public Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static UpstreamAnswer Said(JsonValue result) => new(result, null, null, DateTimeOffset.UtcNow, 1, 1);
}
