using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Upstreams;

/// <summary>Answers what one upstream asks, each question by itself, so that a question that waits for a person holds nothing up.</summary>
/// <param name="say">Sends the upstream an answer.</param>
internal sealed class ServerRequests(Func<byte[], CancellationToken, Task> say) : IAsyncDisposable
{
    /// <summary>Questions at once, at most; more are refused.</summary>
    public const int Max = 16;

    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<Task> _open = [];

    /// <summary>Set once: who answers. The default refuses.</summary>
    public Func<ServerRequest, CancellationToken, Task<ServerReply>> Asked { private get; set; } = static (_, _) => Task.FromResult(Unknown);

    private static ServerReply Unknown => new(null, RpcWriter.ErrorObject(RpcCodes.MethodNotFound, "Method not found", null));

    /// <summary>Begins to answer one message of the upstream.</summary>
    /// <param name="message">A request.</param>
    /// <param name="request">Our id of the request on whose stream it came.</param>
    public void Take(RpcMessage message, long? request)
    {
        lock (_open)
        {
            _ = _open.RemoveWhere(t => t.IsCompleted);
            _ = !_end.IsCancellationRequested && _open.Add(AnswerAsync(message, request, _open.Count >= Max));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task[] open;
        lock (_open)
        {
            open = [.. _open];
        }

        await Task.WhenAll(open);
        _end.Dispose();
    }

    private async Task AnswerAsync(RpcMessage message, long? request, bool isFull)
    {
        await Task.Yield();
        try
        {
            var row = MethodTable.Find(message.Method, Direction.ServerToClient, false, Revision.R20251125);
            var reply = row?.Gate switch
            {
                Gate.Here => new ServerReply(JsonValue.EmptyObject, null),
                Gate.Asks when !isFull => await Asked(new ServerRequest(row, message.Body ?? JsonValue.EmptyObject, request), _end.Token),
                _ => Unknown,
            };
            await say(reply.Result is { } result ? RpcWriter.Result(message.Id!, result) : RpcWriter.Error(message.Id, reply.Error!), _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The upstream is gone, or its client is: nobody waits for this answer.
        }
    }
}
