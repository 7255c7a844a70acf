using System.Collections.Concurrent;
using System.Globalization;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>Questions of a server that were put to the client and are not answered yet. Their ids are ours; the server's ids never reach a client.</summary>
internal sealed class Questions
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<RpcMessage>> _open = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>A question that is put to the client now: its id, and its answer when it comes.</summary>
    public (JsonValue Id, Task<RpcMessage> Answer) Begin()
    {
        var id = "ask-" + Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<RpcMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = answer;
        return (JsonValue.Of(id), answer.Task);
    }

    /// <summary>Nobody waits for its answer any more.</summary>
    public void End(JsonValue id) => _ = _open.TryRemove(id.AsString!, out _);

    /// <summary>Takes an answer; false where nothing was asked under its id.</summary>
    public bool TryAnswer(RpcMessage answer) => answer.Id?.AsString is { } id && _open.TryRemove(id, out var waiting) && waiting.TrySetResult(answer);
}
